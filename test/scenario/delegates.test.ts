import { describe, expect, test } from "@jest/globals";
import { hostId } from "../../src/model/ids.ts";
import { codeOf, head, Life } from "../helpers/toy-life.ts";
import { overlaps } from "../helpers/journal-check.ts";

const watched = (rollout: string): string => `${head(rollout)}
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
      - put: { key: "watch-{{ inventory_hostname }}", value: "on" }
        delegate_to: monitor
      - put: { key: two, value: "2" }
`;

describe("a task that is delegated", () => {
  test("changes its machine alone, although several lanes come to it at once", async () => {
    const life = new Life(watched("mode: window, forks: 4"), { hosts: ["a", "b", "c", "d"] });
    expect(codeOf(await life.apply())).toBe(0);
    expect(Object.keys(life.keys("monitor"))).toHaveLength(4);
    expect(overlaps(life.lines)).toEqual([]);
  });

  test("shares its machine with that machine's own lane", async () => {
    const text = watched("mode: window, forks: 4").replace("monitor", "b");
    const life = new Life(text, { hosts: ["a", "b", "c"] });
    expect(codeOf(await life.apply())).toBe(0);
    expect(overlaps(life.lines)).toEqual([]);
    expect(codeOf(await life.rollback())).toBe(10);
    expect(overlaps(life.lines)).toEqual([]);
    expect(life.world.picture()).toBe(
      JSON.stringify([
        ["a", []],
        ["b", []],
        ["c", []],
      ]),
    );
  });

  test("takes a lock on its machine before the first change there, and gives it up at the end", async () => {
    const life = new Life(watched("mode: serial"), { hosts: ["a", "b"] });
    life.world.seize(hostId("monitor"), "RUN-other");
    expect(codeOf(await life.apply())).toBe("refused");
    expect(life.world.effects).toEqual([]);
    expect(life.locked).toEqual(["monitor"]);
    const alone = new Life(watched("mode: serial"), { hosts: ["a", "b"] });
    expect(codeOf(await alone.apply())).toBe(0);
    expect(alone.entries("locked").flatMap(({ hosts }) => hosts)).toContain("monitor");
    expect(alone.locked).toEqual([]);
  });

  test("locks a machine whose name only the run can know when it comes to it", async () => {
    const text = `${head()}
phases:
  - name: one
    tasks:
      - holds: { key: where }
        register: where
      - install: { key: watched, value: "yes" }
        delegate_to: "{{ where.value }}"
`;
    const life = new Life(text, { hosts: ["a"] });
    life.world.of(hostId("a")).set("where", "monitor");
    expect(codeOf(await life.apply())).toBe(0);
    expect(life.entries("locked").flatMap(({ hosts }) => hosts)).toContain("monitor");
    expect(life.locked).toEqual([]);
    const held = new Life(text, { hosts: ["a"] });
    held.world.of(hostId("a")).set("where", "monitor");
    held.world.seize(hostId("monitor"), "RUN-other");
    expect(codeOf(await held.apply())).toBe(2);
    expect(held.world.effects).toEqual([]);
  });

  test("fails when its machine does not answer, and does not lose the lane's own host", async () => {
    const life = new Life(watched("mode: serial, on_failure: rollback_host"), {
      hosts: ["a", "b"],
    });
    life.world.fault = ({ host, text }) =>
      host === "monitor" && text.startsWith("get") && life.world.effects.length > 0
        ? "lost-before"
        : undefined;
    expect(codeOf(await life.apply())).toBe(10);
    expect(life.lane("a").back?.standing).toBe("back");
    expect(life.keys("a")).toEqual({});
    expect(life.entries("host-lost")).toEqual([]);
  });

  test("in doubt waits for its machine and not for the lane's host", async () => {
    const life = new Life(watched("mode: serial"), { hosts: ["a"] });
    life.world.fault = ({ host, text }) => {
      if (host !== "monitor" || !text.startsWith("put")) return undefined;
      life.world.unreachable.add(hostId("monitor"));
      return "lost-after";
    };
    expect(codeOf(await life.apply())).toBe(11);
    expect(life.entries("host-lost")).toEqual([]);
    life.world.unreachable.clear();
    life.world.fault = undefined;
    expect(codeOf(await life.resume())).toBe(0);
    expect(life.world.effects).toEqual(["a put one 1", "monitor put watch-a on", "a put two 2"]);
  });

  test("is undone on the machine that it changed, although it failed elsewhere first", async () => {
    const text = `${head()}
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
      - put: { key: watched, value: "yes" }
        delegate_to: monitor
        when: chosen
`;
    const life = new Life(text, { hosts: ["a"] });
    const scope = life.spec.scopes["a"]?.[0]?.values as Record<string, unknown>;
    scope["chosen"] = true;
    const forget = () => void (life.world.effects.length > 0 && delete scope["chosen"]);
    expect(codeOf(await life.apply({ onLine: forget }))).toBe(2);
    expect(life.record("1.2@a")).toMatchObject({ standing: "failed", of: { on: "a" } });
    scope["chosen"] = true;
    expect(codeOf(await life.resume())).toBe(0);
    expect(life.keys("monitor")).toEqual({ watched: "yes" });
    expect(codeOf(await life.rollback())).toBe(10);
    expect(life.keys("monitor")).toEqual({});
    expect(life.world.log.filter(({ on }) => on === "a").map(({ key }) => key)).toEqual([
      "one",
      "one",
    ]);
  });

  test("changes the machine of its first intent, whatever its name has become", async () => {
    const text = `${head()}
phases:
  - name: one
    tasks:
      - put: { key: watched, value: "yes" }
        delegate_to: "{{ where }}"
`;
    const life = new Life(text, { hosts: ["a"] });
    const scope = life.spec.scopes["a"]?.[0]?.values as Record<string, string>;
    scope["where"] = "m1";
    life.world.broken.add("m1 watched");
    expect(codeOf(await life.apply())).toBe(2);
    life.world.broken.clear();
    const first = life.lines[0]?.entry;
    if (first?.type !== "run-started") throw new Error("no start");
    const journaled = first.spec.scopes["a"]?.[0]?.values as Record<string, string> | undefined;
    if (journaled) journaled["where"] = "m2";
    expect(codeOf(await life.resume())).toBe(0);
    expect(life.keys("m1")).toEqual({ watched: "yes" });
    expect(life.keys("m2")).toEqual({});
  });
});
