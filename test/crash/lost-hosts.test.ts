import { describe, expect, test } from "@jest/globals";
import { fold } from "../../src/engine/fold.ts";
import type { HostId } from "../../src/model/ids.ts";
import type { JournalLine } from "../../src/model/journal-entry.ts";
import type { Asked, ScriptedFault } from "../../src/transport/scripted.ts";
import type { Applied } from "../helpers/toy-run.ts";
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

const PLAYBOOK = `
runbook: 1
name: toy
hosts: all
preflight:
  - holds: { key: release, value: old }
phases:
  - name: one
    tasks:
      - put: { key: prefix, value: v6 }
      - id: packages
        install: { key: release, value: new }
      - put: { key: done, value: "yes" }
  - name: fleet
    scope: fleet
    tasks:
      - put: { key: flushed, value: "yes" }
`;

const A = "a" as HostId;

function life() {
  const world = new World();
  const playbook = toyPlaybook(PLAYBOOK);
  const spec = toySpec(playbook, PLAYBOOK, { hosts: ["a", "b"] });
  const lines: JournalLine[] = [];
  const clock = quickClock();
  for (const host of spec.fleet) world.of(host).set("release", "old");
  const born = () => controller(world, spec, playbook, lines, clock);
  return {
    world,
    lines,
    apply: () => applyToy(born()),
    resume: () => resumeToy(born()),
    rollback: () => rollbackToy(born()),
  };
}

const UNTOUCHED = JSON.stringify([
  ["a", [["release", "old"]]],
  ["b", [["release", "old"]]],
]);

/** A fault of the first command for which it holds. */
function once(world: World, fault: ScriptedFault, holds: (asked: Asked) => boolean): void {
  let done = false;
  world.fault = (asked) => {
    if (done || !holds(asked)) return undefined;
    done = true;
    return fault;
  };
}

function ended(applied: Applied): string {
  return applied.kind === "ended" ? applied.ending.end.kind : applied.kind;
}

describe("a host that loses power under a job", () => {
  test("of the way forward has it done again, and keeps no directory of it", async () => {
    const { world, apply } = life();
    once(world, "vanish", ({ job }) => job?.name === "main");
    expect(ended(await apply())).toBe("succeeded");
    expect(world.of(A).get("release")).toBe("new");
    expect(world.hosts.jobs).toEqual([]);
  });

  test("of the way back has it done again, and keeps no directory of it", async () => {
    const { world, apply, rollback } = life();
    await apply();
    once(world, "vanish", ({ job }) => job?.name === "back");
    expect(ended(await rollback())).toBe("rolled-back");
    expect(world.picture()).toBe(UNTOUCHED);
    expect(world.hosts.jobs).toEqual([]);
  });
});

describe("a host that is lost on its way back", () => {
  test("is pending and not failed, does not keep the others, and is gone on with when it is there again", async () => {
    const { world, lines, apply, rollback, resume } = life();
    await apply();
    world.fault = ({ host, job }) => {
      if (host !== A || job?.name !== "back") return undefined;
      world.unreachable.add(A);
      return "lost-before";
    };
    const stopped = await rollback();
    expect(stopped).toMatchObject({ kind: "ended", ending: { exitCode: 11 } });
    const state = fold(lines);
    // It was, before it was turned round: resume must not take it for done.
    expect(state?.finished).toBeUndefined();
    const lane = state?.lanes.get(A);
    expect(lane?.back?.standing).toBe("pending");
    expect(lane?.tasks.get("packages@a")?.back).toEqual({ standing: "intended" });
    expect([...world.of("b" as HostId)]).toEqual([["release", "old"]]);
    world.unreachable.clear();
    world.fault = undefined;
    expect(ended(await resume())).toBe("rolled-back");
    expect(world.picture()).toBe(UNTOUCHED);
    expect(world.hosts.jobs).toEqual([]);
  });
});

test("a task of the fleet is not done while a host is lost, and is made up for on that host alone", async () => {
  const { world, apply, resume } = life();
  world.fault = ({ host, text }) => {
    if (host !== A || !text.includes("flushed")) return undefined;
    world.unreachable.add(A);
    return "lost-before";
  };
  expect(await apply()).toMatchObject({ kind: "ended", ending: { exitCode: 11 } });
  world.unreachable.clear();
  world.fault = undefined;
  expect(ended(await resume())).toBe("succeeded");
  expect(world.of(A).get("flushed")).toBe("yes");
  expect(world.effects.filter((effect) => effect.includes("flushed")).toSorted()).toEqual([
    "a put flushed yes",
    "b put flushed yes",
  ]);
});

test("a resume whose other hosts are refused takes the one in the middle to its rest point, and begins no other", async () => {
  const { world, lines, apply, resume } = life();
  const [b] = ["b" as HostId];
  world.fault = ({ host, text }) => {
    if (host !== A || !/^put .*done/.test(text)) return undefined;
    world.unreachable.add(A);
    return "lost-before";
  };
  expect(await apply()).toMatchObject({ kind: "ended", ending: { exitCode: 11 } });
  world.unreachable.clear();
  world.fault = undefined;
  world.of(b).set("release", "somebody else's");
  expect(await resume()).toMatchObject({ kind: "ended", ending: { end: { why: "failed" } } });
  expect(world.of(A).get("done")).toBe("yes");
  expect(fold(lines)?.lanes.get(b)?.begun).toBeUndefined();
  expect(await resume()).toMatchObject({ kind: "refused" });
  world.of(b).set("release", "old");
  expect(ended(await resume())).toBe("succeeded");
});
