import { describe, expect, test } from "@jest/globals";
import { fold } from "../../src/engine/fold.ts";
import type { HostId } from "../../src/model/ids.ts";
import type { JournalLine } from "../../src/model/journal-entry.ts";
import type { Applied, Death } from "../helpers/toy-run.ts";
import {
  applyToy,
  controller,
  quickClock,
  resumeToy,
  rollbackToy,
  toyPlaybook,
  toySpec,
} from "../helpers/toy-run.ts";
import { World } from "../helpers/toy-steps.ts";

const HOSTS = ["a", "b", "c"];

const flagshipShape = (rollout: string): string => `
runbook: 1
name: toy
hosts: all
rollout: { ${rollout} }
goal:
  - holds: { key: done, value: "yes" }
preflight:
  - holds: { key: old, equal_everywhere: true }
  - only_done: { key: prefix }
phases:
  - name: one
    tasks:
      - id: prefix
        put: { key: prefix, value: v6 }
      - id: bell
        strike: { key: bell }
        inverse: { put: { key: bell, value: "0" } }
  - name: two
    tasks:
      - put: { key: "{{ item }}", value: "on" }
        loop: [x, y]
      - id: packages
        install: { key: release, value: new }
      - id: leap
        irreversible: it leaps
        put: { key: schema, value: "6" }
        probe: { holds: { key: schema, value: "6" } }
      - holds: { key: schema, value: "6" }
      - put: { key: done, value: "yes" }
  - name: fleet
    scope: fleet
    tasks:
      - holds: { key: schema, equal_everywhere: true }
      - put: { key: flushed, value: "yes" }
rollback:
  - name: back
    tasks:
      - put: { key: schema, value: "5" }
      - undo: packages
      - undo: prefix
      - put: { key: done, value: "no" }
`;

const COMMANDS_WITH_INVERSES = `
runbook: 1
name: commands
hosts: all
phases:
  - name: one
    tasks:
      - strike: { key: bell }
        inverse: { strike: { key: unbell } }
      - strike: { key: "tower {{ item }}" }
        loop: [east, west]
        inverse: { strike: { key: "untower {{ item }}" } }
`;

interface Life {
  readonly world: World;
  apply(death?: Death): Promise<Applied>;
  resume(death?: Death): Promise<Applied>;
  rollback(death?: Death): Promise<Applied>;
  readonly lines: JournalLine[];
}

function life(text: string): Life {
  const world = new World();
  const playbook = toyPlaybook(text);
  const spec = toySpec(playbook, text, { hosts: HOSTS });
  const lines: JournalLine[] = [];
  const clock = quickClock();
  for (const host of spec.fleet) world.of(host).set("old", "1");
  const born = (death?: Death) => controller(world, spec, playbook, lines, clock, death);
  return {
    world,
    lines,
    apply: (death) => applyToy(born(death)),
    resume: (death) => resumeToy(born(death)),
    rollback: (death) => rollbackToy(born(death)),
  };
}

/** Kills the controller before and after every line of the undisturbed journal, resumes, and compares the hosts. */
async function everyDeath(
  text: string,
  prepare: (world: World) => void,
  act: (life: Life, death?: Death) => Promise<void>,
) {
  const undisturbed = life(text);
  prepare(undisturbed.world);
  await act(undisturbed);
  const wanted = undisturbed.world.picture();
  const strikes = (world: World) =>
    world.effects.filter((effect) => effect.includes("strike")).toSorted();
  const total = undisturbed.lines.length;
  expect(total).toBeGreaterThan(10);
  for (let line = 1; line <= total; line++) {
    for (const when of ["before", "after"] as const) {
      const one = life(text);
      prepare(one.world);
      await act(one, { line, when });
      const at = `killed ${when} line ${line} (${undisturbed.lines[line - 1]?.entry.type})`;
      expect([at, one.world.picture()]).toEqual([at, wanted]);
      expect([at, one.world.hosts.jobs]).toEqual([at, []]);
      expect([at, strikes(one.world)]).toEqual([at, strikes(undisturbed.world)]);
    }
  }
}

async function forward(one: Life, death?: Death): Promise<void> {
  const first = await one.apply(death);
  if (first.kind !== "killed") return;
  // Nothing was begun: there is no journal to go on with, and the operator applies again.
  const begun = fold(one.lines) !== undefined;
  const again = begun ? await one.resume() : await one.apply();
  expect(again.kind).toBe("ended");
}

async function back(one: Life, death?: Death): Promise<void> {
  const done = await one.apply();
  expect(done.kind).toBe("ended");
  const first = await one.rollback(death);
  if (first.kind !== "killed") {
    expect(first).toMatchObject({ ending: { end: { kind: "rolled-back", whole: true } } });
    return;
  }
  const begun = fold(one.lines)?.rollback !== undefined;
  const again = begun ? await one.resume() : await one.rollback();
  expect(again.kind).toBe("ended");
}

describe("a controller that is killed at any line of its journal", () => {
  test("finishes a serial run as if nothing had happened", () =>
    everyDeath(flagshipShape("mode: serial"), () => undefined, forward));

  test("finishes a window run as if nothing had happened", () =>
    everyDeath(flagshipShape("mode: window, on_failure: rollback_run"), () => undefined, forward));

  test("finishes when one host was done before", () =>
    everyDeath(
      flagshipShape("mode: serial"),
      (world) => {
        for (const [key, value] of [
          ["done", "yes"],
          ["schema", "6"],
          ["prefix", "v6"],
        ] as const) {
          world.of("b" as HostId).set(key, value);
        }
      },
      forward,
    ));

  test("takes the failed host back under rollback_host", () =>
    everyDeath(
      flagshipShape("mode: serial, on_failure: rollback_host"),
      (world) => void world.broken.add("b schema"),
      forward,
    ));

  test("takes every host back under rollback_run", () =>
    everyDeath(
      flagshipShape("mode: serial, on_failure: rollback_run"),
      (world) => void world.broken.add("c done"),
      forward,
    ));

  test("takes a finished run back as if nothing had happened", () =>
    everyDeath(flagshipShape("mode: serial"), () => undefined, back));

  test("runs the inverse of a command once, for each item of a loop", () =>
    everyDeath(COMMANDS_WITH_INVERSES, () => undefined, back));
});
