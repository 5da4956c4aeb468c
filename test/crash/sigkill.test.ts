/**
 * F1 with the real program: it is killed by a real SIGKILL before and after lines of its journal, over real SSH, on the way
 * there and on the way back. RUNBOOK_CASES (.ci/full sets it) says at how many places; `npm test` takes a few.
 */
import { afterAll, expect, jest, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { wrongs } from "../helpers/journal-check.ts";
import { JournalStore } from "../../src/journal/store.ts";
import { runId } from "../../src/model/ids.ts";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";

jest.setTimeout(1_800_000);

const MOST = Number(process.env["RUNBOOK_CASES"] ?? 10);
const HOOK = join(import.meta.dirname, "..", "helpers", "kill-at-line.mjs");
const PLAYBOOK = `
runbook: 1
name: Killed
hosts: all
phases:
  - name: One
    tasks:
      - copy: { content: new, dest: "{{ root }}/first" }
      - shell: "echo {{ item }} >>{{ root }}/effects"
        loop: [a, b, c, d, e, f]
        inverse: { shell: "echo un-{{ item }} >>{{ root }}/effects" }
      - lineinfile: { path: "{{ root }}/list", line: added }
  - name: Two
    tasks:
      - shell: "echo two >>{{ root }}/effects"
        inverse: { shell: "echo un-two >>{{ root }}/effects" }
      - copy: { content: "{{ inventory_hostname }}", dest: "{{ root }}/last" }
  - name: Fleet
    scope: fleet
    tasks:
      - copy: { content: met, dest: "{{ root }}/met" }
`;
const APPLY = ["apply", "-i", "hosts.ini", "killed.yaml", "--yes"];
const HOSTS = ["h1", "h2"];
const THERE = ["a", "b", "c", "d", "e", "f", "two"];
const BACK = ["two", "f", "e", "d", "c", "b", "a"].map((one) => `un-${one}`);

async function fresh(): Promise<PrivateFleet> {
  const fleet = await startFleet(HOSTS);
  fleet.file("killed.yaml", PLAYBOOK);
  for (const name of HOSTS) {
    fleet.host(name).write("first", "old");
    fleet.host(name).write("list", "kept\n");
  }
  return fleet;
}

const linesOf = (path: string): number => readFileSync(path, "utf8").split("\n").length - 1;

function picture(fleet: PrivateFleet): unknown {
  return HOSTS.map((name) => {
    const host = fleet.host(name);
    const read = (file: string): string | undefined =>
      host.has(file) ? host.read(file) : undefined;
    return {
      ...{ first: read("first"), list: read("list"), last: read("last"), met: read("met") },
      effects: read("effects")?.trim().split("\n"),
      locked: host.has("home/.runbook/lock/fencing"),
    };
  });
}

const goal = (effects: readonly string[], there: boolean): unknown =>
  HOSTS.map((name) => ({
    ...(there
      ? { first: "new", list: "kept\nadded\n", last: name, met: "met" }
      : { first: "old", list: "kept\n", last: undefined, met: undefined }),
    effects,
    locked: false,
  }));

/** Undisturbed: how many lines the way there and the way back have. */
async function undisturbed(): Promise<{ readonly there: number; readonly back: number }> {
  await using fleet = await fresh();
  expect((await fleet.runbook(APPLY)).code).toBe(0);
  expect(picture(fleet)).toEqual(goal(THERE, true));
  const [path = ""] = fleet.journals();
  const there = linesOf(path);
  expect((await fleet.runbook(["rollback", "--yes"])).code).toBe(0);
  expect(picture(fleet)).toEqual(goal([...THERE, ...BACK], false));
  return { there, back: linesOf(path) - there };
}

interface Place {
  readonly way: "there" | "back";
  readonly at: string;
}

function places({ there, back }: { there: number; back: number }): readonly Place[] {
  const of = (way: Place["way"], lines: number): readonly Place[] =>
    Array.from({ length: lines }, (_, index) => index + 1).flatMap((line) => [
      { way, at: `before ${line}` },
      { way, at: `after ${line}` },
    ]);
  const all = [...of("there", there), ...of("back", back)];
  if (all.length <= MOST) return all;
  const step = (all.length - 1) / Math.max(1, MOST - 1);
  return Array.from({ length: MOST }, (_, index) => all[Math.round(index * step)]).flatMap(
    (one) => one ?? [],
  );
}

/** The operator goes on until it is done, as the last lines of each try say. */
async function goOn(fleet: PrivateFleet, way: Place["way"]): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    const again =
      fleet.journals().length === 0 ? APPLY : way === "there" ? ["resume"] : ["rollback", "--yes"];
    const { code, err } = await fleet.runbook(again);
    if (code === 0) return;
    // Killed before its plan was accepted, or before its first line: nothing was changed, and it is begun anew.
    const isUnbegun = /never accepted|nothing was done/.test(err);
    if (!isUnbegun || way === "back") throw new Error(`${again.join(" ")}: ${code}\n${err}`);
    if ((await fleet.runbook(APPLY)).code === 0) return;
  }
  throw new Error("it does not come to an end");
}

async function checked(fleet: PrivateFleet): Promise<void> {
  const store = new JournalStore(fleet.stateFolder);
  for (const run of await store.runs()) {
    const journal = await store.read(runId(run));
    expect(journal?.problems).toEqual([]);
    expect(wrongs(journal?.lines ?? [], [])).toEqual([]);
  }
}

let killed = 0;
let of = 0;
afterAll(() => {
  process.stderr.write(`F1: the real program was killed at ${killed} of ${of} places\n`);
});

test("F1: a SIGKILL anywhere ends in the same world, and nothing is done twice", async () => {
  const lengths = await undisturbed();
  of = 2 * (lengths.there + lengths.back);
  expect(of).toBeGreaterThanOrEqual(200);
  for (const place of places(lengths)) {
    await using fleet = await fresh();
    const env = { NODE_OPTIONS: `--import=${HOOK}`, KILL_AT: place.at };
    const first = await fleet.runbook(APPLY, place.way === "there" ? { env } : {});
    if (place.way === "there") {
      expect([place, first.signal]).toEqual([place, "SIGKILL"]);
      await goOn(fleet, "there");
      expect([place, picture(fleet)]).toEqual([place, goal(THERE, true)]);
    } else {
      const back = await fleet.runbook(["rollback", "--yes"], { env });
      expect([place, back.signal]).toEqual([place, "SIGKILL"]);
      await goOn(fleet, "back");
      expect([place, picture(fleet)]).toEqual([place, goal([...THERE, ...BACK], false)]);
    }
    await checked(fleet);
    killed++;
  }
});
