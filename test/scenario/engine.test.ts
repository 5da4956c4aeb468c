import { describe, expect, test } from "@jest/globals";
import { fold, laneOf } from "../../src/engine/fold.ts";
import type { StopWish } from "../../src/engine/execute.ts";
import { hostId } from "../../src/model/ids.ts";
import type { JournalLine } from "../../src/model/journal-entry.ts";
import type { Running } from "../../src/engine/running.ts";
import type { Applied, ToyOptions } from "../helpers/toy-run.ts";
import {
  applyToy,
  controller,
  NEVER_STOPPED,
  quickClock,
  resumeToy,
  rollbackToy,
  toyPlaybook,
  toySpec,
} from "../helpers/toy-run.ts";
import { World } from "../helpers/toy-steps.ts";

const head = (rollout = "mode: serial"): string => `
runbook: 1
name: toy
hosts: all
rollout: { ${rollout} }
`;

class Life {
  readonly world = new World();
  readonly lines: JournalLine[] = [];
  readonly #born: () => Running;

  constructor(text: string, options: ToyOptions) {
    const playbook = toyPlaybook(text);
    const spec = toySpec(playbook, text, options);
    const clock = quickClock();
    for (const host of spec.fleet) this.world.of(host);
    this.#born = () => controller(this.world, spec, playbook, this.lines, clock);
  }

  apply = (wish?: StopWish): Promise<Applied> => applyToy(this.#born(), wish ?? NEVER_STOPPED);
  resume = (): Promise<Applied> => resumeToy(this.#born());
  rollback = (only?: readonly string[]): Promise<Applied> =>
    rollbackToy(this.#born(), only?.map(hostId));

  settled(): readonly string[] {
    return this.lines.flatMap(({ entry }) =>
      entry.type === "settled" ? [`${entry.of.task}@${entry.of.host} ${entry.outcome}`] : [],
    );
  }
}

function codeOf(applied: Applied): number | string {
  return applied.kind === "ended" ? applied.ending.exitCode : applied.kind;
}

const strikeBell = `${head()}
phases:
  - name: one
    tasks:
      - put: { key: first, value: "1" }
      - strike: bell
      - put: { key: last, value: "1" }
`;

describe("a connection that is lost", () => {
  test("after the effect of a job leaves it in doubt, and it is found finished, not done again", async () => {
    const life = new Life(strikeBell, { hosts: ["a"] });
    let lost = false;
    life.world.fault = ({ kind }) =>
      kind === "job" && !lost ? ((lost = true), "lost-after") : undefined;
    expect(codeOf(await life.apply())).toBe(0);
    expect(life.world.effects).toEqual(["a put first 1", "a strike bell", "a put last 1"]);
  });

  test("before a job has reached the host lets it be sent again", async () => {
    const life = new Life(strikeBell, { hosts: ["a"] });
    let lost = false;
    life.world.fault = ({ kind }) =>
      kind === "job" && !lost ? ((lost = true), "lost-before") : undefined;
    expect(codeOf(await life.apply())).toBe(0);
    expect(life.world.effects).toEqual(["a put first 1", "a strike bell", "a put last 1"]);
  });

  test("after a change that one look can judge is settled by looking", async () => {
    const life = new Life(strikeBell, { hosts: ["a"] });
    let lost = false;
    life.world.fault = ({ kind, text }) =>
      kind === "change" && text.includes("put first") && !lost
        ? ((lost = true), "lost-after")
        : undefined;
    expect(codeOf(await life.apply())).toBe(0);
    expect(life.world.effects.filter((effect) => effect.includes("first"))).toEqual([
      "a put first 1",
    ]);
  });
});

describe("a job that vanished without a status", () => {
  test("is in doubt: the host stops with exit 11, nothing is done again, and other hosts are not begun", async () => {
    const life = new Life(strikeBell, { hosts: ["a", "b"] });
    life.world.fault = ({ kind, host }) => (kind === "job" && host === "a" ? "vanish" : undefined);
    expect(codeOf(await life.apply())).toBe(11);
    expect(codeOf(await life.resume())).toBe(11);
    expect(life.world.effects).toEqual(["a put first 1", "a strike bell"]);
  });

  test("is settled by the probe of its task when it has one", async () => {
    const text = strikeBell.replace(
      "strike: bell",
      'strike: bell\n        probe: { holds: { key: bell, value: "1" } }',
    );
    const life = new Life(text, { hosts: ["a"] });
    life.world.fault = ({ kind }) => (kind === "job" ? "vanish" : undefined);
    expect(codeOf(await life.apply())).toBe(0);
    expect(life.world.effects).toEqual(["a put first 1", "a strike bell", "a put last 1"]);
  });
});

describe("an interrupt", () => {
  const twoPhases = `${head("mode: serial")}
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
  - name: two
    tasks:
      - put: { key: two, value: "2" }
`;

  const wishAt = (life: Life, key: string, level: 1 | 2): StopWish => ({
    get level() {
      return life.world.of(hostId("a")).has(key) ? level : 0;
    },
    raised: () => new Promise(() => undefined),
  });

  test("lets the host under way come to its end, begins no other, and is resumed where it stopped", async () => {
    const life = new Life(twoPhases, { hosts: ["a", "b"] });
    expect(codeOf(await life.apply(wishAt(life, "one", 1)))).toBe(12);
    expect(life.world.effects).toEqual(["a put one 1", "a put two 2"]);
    expect(codeOf(await life.resume())).toBe(0);
    expect(life.world.effects).toEqual([
      "a put one 1",
      "a put two 2",
      "b put one 1",
      "b put two 2",
    ]);
  });

  test("stops after a phase that is a rest point", async () => {
    const life = new Life(twoPhases.replace("- name: one", "- name: one\n    rest: true"), {
      hosts: ["a", "b"],
    });
    expect(codeOf(await life.apply(wishAt(life, "one", 1)))).toBe(12);
    expect(life.world.effects).toEqual(["a put one 1"]);
  });

  test("repeated stops after the running task", async () => {
    const life = new Life(twoPhases, { hosts: ["a", "b"] });
    expect(codeOf(await life.apply(wishAt(life, "one", 2)))).toBe(12);
    expect(life.world.effects).toEqual(["a put one 1"]);
    expect(codeOf(await life.resume())).toBe(0);
    expect(life.world.effects).toHaveLength(4);
  });
});

describe("a fleet phase", () => {
  const withFleet = `${head()}
goal:
  - holds: { key: done, value: "yes" }
phases:
  - name: lanes
    tasks:
      - put: { key: done, value: "yes" }
  - name: all
    scope: fleet
    tasks:
      - holds: { key: done, equal_everywhere: true }
`;

  test("waits for hosts that a limit left out, and says how many are done", async () => {
    const life = new Life(withFleet, { hosts: ["a", "b", "c"], selected: ["a"] });
    const applied = await life.apply();
    expect(codeOf(applied)).toBe(12);
    expect(applied.kind === "ended" && applied.ending.end).toMatchObject({
      text: expect.stringContaining("1 of 3 hosts done"),
    });
    expect(life.world.lockHolder(hostId("a"))).toBeUndefined(); // for the run that does the others
  });

  test("is entered when the hosts that were left out are at their goal", async () => {
    const life = new Life(withFleet, { hosts: ["a", "b"], selected: ["a"] });
    life.world.of(hostId("b")).set("done", "yes");
    expect(codeOf(await life.apply())).toBe(0);
    expect(life.settled()).toContain("2.1@(fleet) satisfied");
  });

  test("finds a fleet that is done and enters no host", async () => {
    const life = new Life(withFleet, { hosts: ["a", "b"] });
    for (const host of ["a", "b"]) life.world.of(hostId(host)).set("done", "yes");
    expect(codeOf(await life.apply())).toBe(0);
    expect(life.world.effects).toEqual([]);
    expect(life.lines.filter(({ entry }) => entry.type === "lane-begun")).toEqual([]);
  });
});

describe("a run that may not begin", () => {
  const guarded = `${head()}
preflight:
  - holds: { key: ready, value: "yes" }
  - holds: { key: old, value: "1" }
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
`;

  test("says all findings on all hosts at once and changes nothing", async () => {
    const life = new Life(guarded, { hosts: ["a", "b"] });
    const applied = await life.apply();
    expect(
      applied.kind === "refused" &&
        applied.plan?.refusals
          .map(({ host, task }) => `${task}@${host}`)
          .toSorted((x, y) => (x < y ? -1 : 1)),
    ).toEqual(["preflight.1@a", "preflight.1@b", "preflight.2@a", "preflight.2@b"]);
    expect(life.world.effects).toEqual([]);
  });

  test("names the host that does not answer, and takes no lock anywhere", async () => {
    const life = new Life(strikeBell, { hosts: ["a", "b"] });
    life.world.unreachable.add(hostId("b"));
    const applied = await life.apply();
    expect(
      applied.kind === "refused" && applied.plan?.refusals.map(({ host, cause }) => [host, cause]),
    ).toEqual([["b", "unreachable"]]);
    expect(life.world.effects).toEqual([]);
    expect(life.world.lockHolder(hostId("a"))).toBeUndefined();
  });
});

describe("locks", () => {
  test("stand until a failed run is resumed to its end", async () => {
    const life = new Life(strikeBell, { hosts: ["a"] });
    life.world.broken.add("a last");
    expect(codeOf(await life.apply())).toBe(2);
    expect(life.world.lockHolder(hostId("a"))).toBe("RUN-toy");
    life.world.broken.clear();
    expect(codeOf(await life.resume())).toBe(0);
    expect(life.world.lockHolder(hostId("a"))).toBeUndefined();
    expect(life.world.effects).toEqual(["a put first 1", "a strike bell", "a put last 1"]);
  });
});

describe("rollback", () => {
  const reversible = `${head()}
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
      - put: { key: two, value: "2" }
`;

  test("stops at what somebody else changed since, shows it, and goes on when that is mended", async () => {
    const life = new Life(reversible, { hosts: ["a"] });
    await life.apply();
    life.world.of(hostId("a")).set("two", "mine");
    expect(codeOf(await life.rollback())).toBe(11);
    expect(life.world.of(hostId("a")).get("two")).toBe("mine");
    expect(life.world.of(hostId("a")).get("one")).toBe("1");
    life.world.of(hostId("a")).set("two", "2");
    await life.resume();
    expect([...life.world.of(hostId("a")).keys()]).toEqual([]);
  });

  test("of some hosts leaves the others as they are", async () => {
    const life = new Life(reversible, { hosts: ["a", "b"] });
    await life.apply();
    expect(codeOf(await life.rollback(["b"]))).not.toBe(0);
    expect([...life.world.of(hostId("b")).keys()]).toEqual([]);
    expect([...life.world.of(hostId("a")).keys()]).toEqual(["one", "two"]);
  });

  test("of a host leaves the others that are half way to be gone on with, and begins none", async () => {
    const text = reversible
      .replace("hosts: all", "hosts: all\n")
      .replace("mode: serial", "mode: window, on_failure: ask");
    const life = new Life(text, { hosts: ["a", "b", "c"] });
    life.world.broken.add("a two");
    life.world.broken.add("b two");
    expect(codeOf(await life.apply())).toBe(2);
    expect(codeOf(await life.rollback(["b"]))).toBe(12);
    expect([...life.world.of(hostId("b")).keys()]).toEqual([]);
    expect(life.world.lockHolder(hostId("a"))).toBe("RUN-toy");
    life.world.broken.clear();
    expect(codeOf(await life.resume())).not.toBe("refused");
    expect([...life.world.of(hostId("a")).keys()]).toEqual(["one", "two"]);
    expect([...life.world.of(hostId("b")).keys()]).toEqual([]);
    expect(life.world.lockHolder(hostId("a"))).toBeUndefined();
    await life.rollback();
    expect([...life.world.of(hostId("a")).keys()]).toEqual([]);
  });

  test("stays pending for a host that does not answer, and arrives when it is back", async () => {
    const life = new Life(
      reversible.replace(
        "phases:",
        "rollback:\n  - name: back\n    tasks:\n      - put: { key: one, value: old }\nphases:",
      ),
      {
        hosts: ["a"],
      },
    );
    await life.apply();
    life.world.unreachable.add(hostId("a"));
    expect(codeOf(await life.rollback())).toBe(11);
    life.world.unreachable.clear();
    await life.resume();
    expect(laneOf(fold(life.lines) ?? never(), hostId("a")).back?.standing).toBe("back");
  });

  const looked = reversible.replace(
    'value: "1" }',
    'value: "1" }\n        undone: { holds: { key: ready, value: "yes" }, wait: 5m }',
  );

  test("takes a task for undone when what must hold then does, and waits for it", async () => {
    const life = new Life(looked, { hosts: ["a"] });
    await life.apply();
    let looks = 0;
    life.world.fault = ({ text }) => {
      if (text.includes("get ready") && ++looks === 3)
        life.world.of(hostId("a")).set("ready", "yes");
      return undefined;
    };
    expect(codeOf(await life.rollback())).toBe(10);
    expect(looks).toBe(3);
    expect(life.world.effects.slice(-2)).toEqual(["a drop two", "a drop one"]);
  });

  test("is not over while that does not hold, and resume looks again without undoing twice", async () => {
    const life = new Life(looked, { hosts: ["a"] });
    await life.apply();
    expect(codeOf(await life.rollback())).toBe(11);
    const state = fold(life.lines) ?? never();
    expect(laneOf(state, hostId("a")).back?.standing).toBe("needs-operator");
    const [said] = life.lines.flatMap(({ entry }) =>
      entry.type === "undo-settled" && "diagnostic" in entry ? [entry.diagnostic] : [],
    );
    expect(said).toMatchObject({ detail: ["waited 300 s for it"] });
    life.world.of(hostId("a")).set("ready", "yes");
    expect(codeOf(await life.resume())).toBe(10);
    expect(life.world.effects.filter((effect) => effect === "a drop one")).toHaveLength(1);
  });

  test("of a command that nobody knows how to undo stops there and says so", async () => {
    const life = new Life(strikeBell, { hosts: ["a"] });
    await life.apply();
    expect(codeOf(await life.rollback())).toBe(11);
    expect(life.world.effects.at(-1)).toBe("a drop last");
    expect(life.world.of(hostId("a")).get("first")).toBe("1");
  });
});

function never(): never {
  throw new Error("no state");
}
