import { describe, expect, test } from "@jest/globals";
import { hostId } from "../../src/model/ids.ts";
import { codeOf, head, Life } from "../helpers/toy-life.ts";

const text = (rollout: string): string => `${head(rollout)}
phases:
  - name: one
    tasks:
      - strike: bell
        run_once: true
        register: struck
        inverse: none
      - put: { key: heard, value: "{{ struck.said }}" }
`;

describe.each(["mode: serial", "mode: serial, batches: 2", "mode: window, on_failure: ask"])(
  "a task that is done once, in %s",
  (rollout) => {
    test("is done by one host, and what it registers is known to all", async () => {
      const life = new Life(text(rollout), { hosts: ["a", "b", "c"] });
      expect(codeOf(await life.apply())).toBe(0);
      expect(life.world.effects.filter((effect) => effect.includes("strike"))).toEqual([
        "a strike bell",
      ]);
      for (const host of ["a", "b", "c"]) expect(life.keys(host)["heard"]).toBe("struck");
    });

    test("that fails is tried on no other host, and once more after a resume", async () => {
      const more = rollout.includes("max") ? rollout : `${rollout}, max_failures: 2`;
      const life = new Life(text(more), { hosts: ["a", "b", "c"] });
      life.world.broken.add("a bell");
      expect(codeOf(await life.apply())).toBe(2);
      expect(life.world.effects).toEqual([]);
      life.world.broken.clear();
      expect(codeOf(await life.resume())).toBe(0);
      expect(life.world.effects.filter((effect) => effect.includes("strike"))).toHaveLength(1);
    });

    test("is done once although its controller is killed at any line", async () => {
      const whole = new Life(text(rollout), { hosts: ["a", "b", "c"] });
      await whole.apply();
      for (let line = 1; line <= whole.lines.length; line++) {
        for (const when of ["before", "after"] as const) {
          const life = new Life(text(rollout), { hosts: ["a", "b", "c"] });
          await life.apply({ death: { line, when } });
          await (life.lines.length === 0 ? life.apply() : life.resume());
          const struck = life.world.effects.filter((effect) => effect.includes("strike"));
          expect([line, when, struck.length]).toEqual([line, when, 1]);
        }
      }
    });
  },
);

const together = "mode: window, on_failure: ask, max_failures: 1";

test("a host that is lost before it has begun it leaves it to another one", async () => {
  const life = new Life(text(together), { hosts: ["a", "b"] });
  const onLine = (): void => {
    if (life.world.planned) life.world.unreachable.add(hostId("a"));
  };
  expect(codeOf(await life.apply({ onLine }))).toBe(4);
  expect(life.world.effects).toEqual(["b strike bell", "b put heard struck"]);
});

test("a host that is lost when it may have done it leaves it to nobody", async () => {
  const life = new Life(text(together), { hosts: ["a", "b"] });
  life.world.fault = ({ text: command }) => {
    if (!command.includes("strike")) return undefined;
    life.world.unreachable.add(hostId("a"));
    return "lost-after";
  };
  expect(codeOf(await life.apply())).toBe(11);
  expect(life.world.effects).toEqual(["a strike bell"]);
  life.world.unreachable.clear();
  life.world.fault = undefined;
  expect(codeOf(await life.resume())).toBe(0);
  expect(life.world.effects.filter((effect) => effect.includes("strike"))).toHaveLength(1);
});
