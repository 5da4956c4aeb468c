import { describe, expect, test } from "@jest/globals";
import { hostId } from "../../src/model/ids.ts";
import { touchedHosts } from "../../src/engine/standing.ts";
import { codeOf, head, Life } from "../helpers/toy-life.ts";

describe("a fleet phase", () => {
  test("between host phases is entered when every host is done with what stands before it", async () => {
    const text = `${head()}
phases:
  - name: before
    tasks:
      - put: { key: one, value: "1" }
  - name: all
    scope: fleet
    tasks:
      - holds: { key: one, equal_everywhere: true }
      - note: { key: met, value: "yes" }
  - name: after
    tasks:
      - put: { key: two, value: "2" }
`;
    const life = new Life(text, { hosts: ["a", "b"] });
    expect(codeOf(await life.apply())).toBe(0);
    expect(life.world.effects).toEqual([
      "a put one 1",
      "b put one 1",
      "(controller) put met yes",
      "a put two 2",
      "b put two 2",
    ]);
  });

  test("alone in a playbook has nothing to wait for", async () => {
    const text = `${head()}
phases:
  - name: all
    scope: fleet
    tasks:
      - put: { key: flushed, value: "yes" }
`;
    const life = new Life(text, { hosts: ["a", "b"] });
    expect(codeOf(await life.apply())).toBe(0);
    expect(life.world.effects.toSorted()).toEqual(["a put flushed yes", "b put flushed yes"]);
  });

  test("does each item of a loop, on every host and as a gate", async () => {
    const text = `${head()}
phases:
  - name: all
    scope: fleet
    tasks:
      - put: { key: "{{ item }}", value: "on" }
        loop: [x, y]
      - holds: { key: "{{ item }}", value: "on" }
        loop: [x, y]
`;
    const life = new Life(text, { hosts: ["a", "b"] });
    expect(codeOf(await life.apply())).toBe(0);
    expect(life.keys("a")).toEqual({ x: "on", y: "on" });
    expect(life.keys("b")).toEqual({ x: "on", y: "on" });
    expect(codeOf(await life.rollback())).toBe(10);
    expect(life.world.picture()).toBe(
      JSON.stringify([
        ["a", []],
        ["b", []],
      ]),
    );
  });

  const flush = `${head()}
phases:
  - name: lanes
    tasks:
      - put: { key: one, value: "1" }
  - name: all
    scope: fleet
    tasks:
      - put: { key: flushed, value: "yes" }
      - note: { key: met, value: "yes" }
`;

  test("is not done while a host was lost under it, and is gone on with there", async () => {
    const life = new Life(flush, { hosts: ["a", "b"] });
    life.world.fault = ({ host, text }) =>
      host === "b" && text.includes("flushed") && life.world.effects.length >= 2
        ? "lost-before"
        : undefined;
    expect(codeOf(await life.apply())).not.toBe(0);
    expect(life.world.effects).not.toContain("(controller) put met yes");
    life.world.fault = undefined;
    expect(codeOf(await life.resume())).toBe(0);
    expect(life.keys("b")).toEqual({ one: "1", flushed: "yes" });
  });

  test("settles by looking what a lost connection left in doubt", async () => {
    const life = new Life(flush, { hosts: ["a", "b"] });
    let lost = false;
    life.world.fault = ({ host, text }) =>
      host === "b" && text.includes("put flushed") && !lost
        ? ((lost = true), "lost-after")
        : undefined;
    expect(codeOf(await life.apply())).toBe(0);
    expect(life.world.effects.filter((one) => one === "b put flushed yes")).toHaveLength(1);
  });

  test("with a host in doubt ends 11, not 2", async () => {
    const text = flush.replace('put: { key: flushed, value: "yes" }', "knock: { key: flushed }");
    const life = new Life(text, { hosts: ["a", "b"] });
    life.world.fault = ({ host, text: command }) =>
      host === "b" && command.includes("knock") ? "lost-after" : undefined;
    expect(codeOf(await life.apply())).toBe(11);
    expect(codeOf(await life.resume())).toBe(11);
    expect(life.world.effects.filter((one) => one === "b knock flushed")).toHaveLength(1);
  });

  test("gathers its hosts again when it is resumed, also those that others did meanwhile", async () => {
    const text = `${head()}
goal:
  - holds: { key: one, value: "1" }
phases:
  - name: lanes
    tasks:
      - put: { key: one, value: "1" }
  - name: all
    scope: fleet
    tasks:
      - note: { key: met, value: "yes" }
`;
    const life = new Life(text, { hosts: ["a", "b"], selected: ["a"] });
    expect(codeOf(await life.apply())).toBe(12);
    life.world.of(hostId("b")).set("one", "1");
    expect(codeOf(await life.resume())).toBe(0);
    expect(life.keys("(controller)")).toEqual({ met: "yes" });
  });

  test("does not begin outside the window, and goes on inside it only as on_close says", async () => {
    for (const onClose of ["finish_host", "finish_task", "rollback"] as const) {
      const life = new Life(flush, {
        hosts: ["a"],
        window: { opensAt: 0, closesAt: Date.UTC(2027, 0, 1), onClose, text: "tonight" },
      });
      const closing = () =>
        void (life.keys("a")["one"] && life.clock.now() < Date.UTC(2027, 0, 1)
          ? life.clock.sleep(Date.UTC(2027, 0, 1) - life.clock.now())
          : undefined);
      expect([onClose, codeOf(await life.apply({ onLine: closing }))]).toEqual([onClose, 12]);
      expect(life.keys("a")).toEqual({ one: "1" });
    }
  });

  test("that failed asks what to do, and goes back when told to", async () => {
    const life = new Life(flush.replace("mode: serial", "mode: serial, on_failure: ask"), {
      hosts: ["a", "b"],
    });
    life.world.broken.add("b flushed");
    const asked: string[] = [];
    const ask = (question: { about: string }) => {
      asked.push(question.about);
      return Promise.resolve("rollback_run");
    };
    expect(codeOf(await life.apply({ ask }))).toBe(10);
    expect(asked).toEqual(["on_failure"]);
    expect([life.keys("a"), life.keys("b")]).toEqual([{}, {}]);
  });

  test("is what goes back when it is all that was changed", async () => {
    const text = `${head()}
goal:
  - holds: { key: one, value: "1" }
phases:
  - name: lanes
    tasks:
      - put: { key: one, value: "1" }
  - name: all
    scope: fleet
    tasks:
      - note: { key: met, value: "yes" }
      - holds: { key: absent, value: "1" }
`;
    const life = new Life(text.replace("mode: serial", "mode: serial, on_failure: rollback_run"), {
      hosts: ["a"],
    });
    life.world.of(hostId("a")).set("one", "1");
    expect(codeOf(await life.apply())).toBe(10);
    expect(life.keys("(controller)")).toEqual({});
    expect(touchedHosts(life.state)).toEqual([]);
  });

  test("works on no more hosts at a time than forks allow", async () => {
    const life = new Life(flush.replace("mode: serial", "mode: serial, forks: 2"), {
      hosts: ["a", "b", "c", "d", "e"],
    });
    expect(codeOf(await life.apply())).toBe(0);
    let [open, most] = [0, 0];
    for (const { entry } of life.lines) {
      if (entry.type === "intended" && entry.of.task === "2.1") most = Math.max(most, ++open);
      if (entry.type === "settled" && entry.of.task === "2.1") open--;
    }
    expect(most).toBe(2);
  });
});
