import { resumedBy } from "../../src/model/journal-entry.ts";
import { describe, expect, test } from "@jest/globals";
import { fold } from "../../src/engine/fold.ts";
import { hostId } from "../../src/model/ids.ts";
import { StepProblem } from "../../src/model/step.ts";
import { codeOf, head, Life } from "../helpers/toy-life.ts";

const A = hostId("a");

const one = (task: string, rollout?: string): string => `${head(rollout)}
phases:
  - name: one
    tasks:
      - put: { key: first, value: "1" }
      - ${task}
`;

/** Dies right after the intent of the second task is on disk, before anything was sent. */
async function killedAtIntent(life: Life): Promise<void> {
  const probe = new Life(life.text, { hosts: life.spec.hosts });
  await probe.apply();
  const line = probe.lines.findIndex(
    ({ entry }) => entry.type === "intended" && entry.of.task !== "1.1",
  );
  await life.apply({ death: { line: line + 1, when: "after" } });
}

/** Dies when the second task has had its effect, before its outcome is on disk. */
async function killedAfterChange(life: Life): Promise<void> {
  const probe = new Life(life.text, { hosts: life.spec.hosts });
  await probe.apply();
  const line = probe.lines.findIndex(
    ({ entry }) => entry.type === "settled" && entry.of.task !== "1.1",
  );
  await life.apply({ death: { line: line + 1, when: "before" } });
}

describe("a change in doubt", () => {
  test("that leaves no job behind is not taken for one that never began", async () => {
    const life = new Life(one("knock: { key: door }"), { hosts: ["a"] });
    life.world.fault = ({ text }) => (text.includes("knock") ? "lost-after" : undefined);
    expect(codeOf(await life.apply())).toBe(11);
    expect(codeOf(await life.resume())).toBe(11);
    expect(life.world.effects.filter((effect) => effect.includes("knock"))).toHaveLength(1);
  });

  test("that was found never to have happened is not taken back by an inverse", async () => {
    const life = new Life(
      one("strike: { key: bell }\n        inverse: { strike: { key: unbell } }"),
      {
        hosts: ["a"],
      },
    );
    await killedAtIntent(life);
    expect(codeOf(await life.rollback())).toBe(10);
    expect(life.keys("a")).toEqual({});
    expect(life.world.effects).toEqual(["a put first 1", "a drop first"]);
  });

  test("of which nobody knows whether it happened is not taken back as if it had, until the operator says", async () => {
    const life = new Life(
      one("strike: { key: bell }\n        inverse: { strike: { key: unbell } }"),
      {
        hosts: ["a"],
      },
    );
    life.world.fault = ({ text }) => (text.includes("strike bell") ? "vanish" : undefined);
    expect(codeOf(await life.apply())).toBe(11);
    expect(codeOf(await life.rollback())).toBe(11);
    expect(life.world.effects).toEqual(["a put first 1", "a strike bell"]);
    const of = life.record("1.2@a").of;
    life.lines.push(
      { seq: life.lines.length + 1, at: 0, entry: resumedBy("somebody") },
      {
        seq: life.lines.length + 2,
        at: 0,
        entry: { type: "settled", of, step: "strike", outcome: "applied", durationMs: 0 },
      },
    );
    expect(codeOf(await life.resume())).toBe(10);
    expect(life.world.effects).toEqual([
      "a put first 1",
      "a strike bell",
      "a strike unbell",
      "a drop first",
    ]);
  });

  test("whose job began before its host lost power, with all that it left, is not run again", async () => {
    const life = new Life(one("strike: { key: bell }"), { hosts: ["a"] });
    await killedAfterChange(life);
    expect(life.keys("a")).toEqual({ first: "1", bell: "1" });
    life.world.hosts.losePower(A);
    const resumed = await life.resume();
    expect(codeOf(resumed)).toBe(11);
    expect(life.record("1.2@a").diagnostic?.summary).toContain("started again since");
    expect(codeOf(await life.resume())).toBe(11);
    expect(codeOf(await life.rollback())).toBe(11);
    expect(life.world.effects).toEqual(["a put first 1", "a strike bell"]);
  });

  test("that was never sent is in doubt as well once its host was started again", async () => {
    const life = new Life(one("strike: { key: bell }"), { hosts: ["a"] });
    await killedAtIntent(life);
    life.world.hosts.losePower(A);
    expect(codeOf(await life.resume())).toBe(11);
    expect(life.keys("a")).toEqual({ first: "1" });
  });

  test.each([
    ["happened", "1", ["a put first 1", "a strike bell"]],
    ["did not happen", "2", ["a put first 1", "a strike bell", "a strike bell"]],
  ])(
    "of which its probe says that it %s is settled by it after a power cut",
    async (_what, value, effects) => {
      const life = new Life(
        one(`strike: { key: bell }\n        probe: { holds: { key: bell, value: "${value}" } }`),
        { hosts: ["a"] },
      );
      await killedAfterChange(life);
      life.world.hosts.losePower(A);
      expect(codeOf(await life.resume())).toBe(0);
      expect(life.world.effects).toEqual(effects);
    },
  );

  test("that may be done twice is looked at after a power cut, and done once more where it is missing", async () => {
    for (const [killed, times] of [
      [killedAtIntent, 1],
      [killedAfterChange, 1],
    ] as const) {
      const life = new Life(one("install: { key: release, value: new }"), { hosts: ["a"] });
      await killed(life);
      life.world.hosts.losePower(A);
      expect(codeOf(await life.resume())).toBe(0);
      expect(life.keys("a")).toEqual({ first: "1", release: "new" });
      expect(life.world.effects.filter((effect) => effect.includes("release"))).toHaveLength(times);
    }
  });

  test("that left nothing is run where its host was not started again", async () => {
    const life = new Life(one("strike: { key: bell }"), { hosts: ["a"] });
    await killedAtIntent(life);
    expect(codeOf(await life.resume())).toBe(0);
    expect(life.keys("a")).toEqual({ first: "1", bell: "1" });
  });

  test("whose intent names no boot flushed what it began, so that nothing left means never begun", async () => {
    const life = new Life(one("strike: { key: bell }"), { hosts: ["a"] });
    await killedAtIntent(life);
    for (const [index, { entry, ...line }] of life.lines.entries()) {
      if (entry.type !== "intended") continue;
      const { boot, ...older } = entry;
      expect(boot).toBe("boot-1");
      life.lines[index] = { ...line, entry: older };
    }
    life.world.hosts.losePower(A);
    expect(codeOf(await life.resume())).toBe(0);
    expect(life.keys("a")).toEqual({ first: "1", bell: "1" });
  });

  test("is run on a host that was started again before it was intended", async () => {
    const life = new Life(one("strike: { key: bell }"), { hosts: ["a"] });
    life.world.fault = ({ text }) => {
      if (text.includes("put first")) life.world.hosts.losePower(A);
      return undefined;
    };
    expect(codeOf(await life.apply())).toBe(0);
    expect(life.keys("a")).toEqual({ first: "1", bell: "1" });
  });

  test("whose job still runs is waited for before the host goes back", async () => {
    const life = new Life(one("install: { key: release, value: new }"), { hosts: ["a"] });
    life.world.of(A).set("release", "old");
    life.world.slow.set("a release", 20_000);
    life.world.fault = ({ text }) => (text.includes("put release new") ? "lost-after" : undefined);
    const started = () => life.world.hosts.jobs.length > 0;
    let level: 0 | 3 = 0;
    await life.apply({
      wish: {
        get level() {
          return (level = started() ? 3 : level);
        },
        raised: () => new Promise(() => undefined),
      },
    });
    life.world.fault = undefined;
    life.world.slow.clear();
    expect(codeOf(await life.rollback())).toBe(10);
    expect(life.keys("a")).toEqual({ release: "old" });
    await life.clock.sleep(60_000);
    expect(life.keys("a")).toEqual({ release: "old" });
  });

  test("whose job never ends is not waited for beyond its deadline", async () => {
    const life = new Life(one("install: { key: release, value: new }\n        timeout: 60"), {
      hosts: ["a"],
    });
    life.world.slow.set("a release", 24 * 3600_000);
    expect(codeOf(await life.apply())).toBe(11);
    expect(codeOf(await life.resume())).toBe(11);
    await life.clock.sleep(24 * 3600_000);
    expect(codeOf(await life.resume())).toBe(0);
    expect(life.world.effects).toEqual(["a put first 1", "a put release new"]);
  });

  test("waits for its host where even the facts cannot be had", async () => {
    const text = one("install: { key: release, value: new }").replace(
      "hosts: all",
      "hosts: all\ngather_facts: true",
    );
    const life = new Life(text, { hosts: ["a"] });
    await killedAtIntent(life);
    const gone = { code: "x/y", severity: "error", summary: "gone" } as const;
    const gatherFacts = () => Promise.reject(new StepProblem("unreachable", gone));
    expect(codeOf(await life.resume({ gatherFacts }))).toBe(11);
    expect(codeOf(await life.resume())).toBe(0);
  });
});

describe("an irreversible task", () => {
  const leap = (more: string): string =>
    `${one(`irreversible: it leaps\n        install: { key: schema, value: "6" }\n${more}`)}
      - put: { key: last, value: "1" }
`;
  const probe = '        probe: { holds: { key: schema, value: "6" } }';

  test("that happened is where a way back without phases ends", async () => {
    const life = new Life(leap(probe), { hosts: ["a"] });
    expect(codeOf(await life.apply())).toBe(0);
    expect(codeOf(await life.rollback())).toBe(11);
    expect(life.keys("a")).toEqual({ first: "1", schema: "6" });
  });

  test("that did not happen is passed on the way back", async () => {
    const life = new Life(leap(probe), { hosts: ["a"] });
    await killedAtIntent(life);
    expect(codeOf(await life.rollback())).toBe(10);
    expect(life.keys("a")).toEqual({});
  });

  test("whose job still runs may yet happen: its end is waited for before the way is chosen", async () => {
    const text = `${leap(probe)}
rollback:
  - name: back
    tasks:
      - put: { key: schema, value: "5" }
`;
    const life = new Life(text, { hosts: ["a"] });
    life.world.slow.set("a schema", 20_000);
    life.world.fault = ({ job }) => (job ? "lost-after" : undefined);
    await life.apply({
      wish: {
        get level() {
          return life.world.hosts.jobs.length > 0 ? 3 : 0;
        },
        raised: () => new Promise(() => undefined),
      },
    });
    life.world.fault = undefined;
    life.world.slow.clear();
    expect(codeOf(await life.rollback())).toBe(10);
    expect(life.entries("rollback-way")).toMatchObject([{ way: "phases" }]);
    expect(life.keys("a")["schema"]).toBe("5");
  });
});

test("a way back needs no parameter of a task, only its record", async () => {
  const life = new Life(one('put: { key: "{{ name }}", value: "1" }'), { hosts: ["a"] });
  const scope = life.spec.scopes["a"]?.[0]?.values as Record<string, unknown>;
  scope["name"] = "second";
  expect(codeOf(await life.apply())).toBe(0);
  const first = life.lines[0]?.entry;
  if (first?.type !== "run-started") throw new Error("no start");
  const journaled = first.spec.scopes["a"]?.[0]?.values as Record<string, unknown> | undefined;
  if (journaled) delete journaled["name"];
  expect(codeOf(await life.rollback())).toBe(10);
  expect(fold(life.lines)?.finished?.outcome).toBe("rolled-back");
  expect(life.keys("a")).toEqual({});
});

test("a change whose answer never comes is begun a few times more, and is then for an operator", async () => {
  const life = new Life(
    `${head()}
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
`,
    { hosts: ["a"] },
  );
  life.world.fault = ({ text: command }) =>
    command.includes("put one") ? "lost-before" : undefined;
  expect(codeOf(await life.apply())).toBe(11);
  expect(life.entries("intended")).toHaveLength(4);
  expect(life.record("1.1@a").diagnostic?.summary).toContain("3 times more");
  // Somebody has mended the line.
  life.world.fault = undefined;
  expect(codeOf(await life.resume())).toBe(0);
  expect(life.keys("a")).toEqual({ one: "1" });
});
