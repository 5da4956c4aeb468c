import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { hash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { fold } from "../engine/fold.ts";
import { hostId, hostTaskKey, runId, taskId } from "../model/ids.ts";
import type { JournalEntry, JournalLine } from "../model/journal-entry.ts";
import { JournalFailure } from "../model/journal-entry.ts";
import type { RunSpec } from "../model/run-spec.ts";
import { FIRST_HASH } from "./codec.ts";
import type { SealCheck } from "./read.ts";
import { JournalStore } from "./store.ts";

const run = runId("20261122-171530-abc");
const clock = {
  now: () => 1_764_000_000_000,
  ticks: () => 0,
  sleep: () => Promise.resolve(),
};
const [a, b] = [hostId("a"), hostId("b")];
const hosts = [a, b];
const started: JournalEntry = {
  ...{ type: "run-started", format: 2, run, version: "0", playbook: "p", who: "w", hosts },
  spec: { hosts, fleet: hosts, batches: [hosts] } as unknown as RunSpec,
};
const of = { task: taskId("1.1"), host: a, on: a };
const intended: JournalEntry = {
  ...{ type: "intended", of, step: "copy", attempt: 1 },
  changes: [{ what: "/etc/motd", before: "hunter2", after: "ü" }],
  undo: { kind: "reversible", record: { before: "hunter2", $odd: 1 } },
};
const settled: JournalEntry = {
  ...{ type: "settled", of, step: "copy", outcome: "applied", durationMs: 5 },
  after: "there",
  registered: { rc: 0 },
  facts: { motd: "ü" },
};
const again: JournalEntry = {
  ...{ type: "settled", of, step: "copy", outcome: "satisfied", durationMs: 1 },
  facts: { motd: "later" },
};

let folder: string;
let store: JournalStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "runbook-sealed-"));
  store = new JournalStore(folder);
  await using file = await store.create(run, clock);
  for (const entry of [started, intended, settled, again]) await file.append(entry);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function linesOf(seals: SealCheck = "later"): Promise<readonly JournalLine[]> {
  const lines: JournalLine[] = [];
  await store.readEach(run, (line) => void lines.push(line), seals);
  return lines;
}

/** Somebody changes a line and makes the chain of hashes fit again, which takes no key. */
async function forge(change: (line: string) => string): Promise<void> {
  const path = store.path(run);
  let previous = FIRST_HASH;
  const forged = (await readFile(path, "utf8")).split(/(?<=\n)/).map((line) => {
    const body = change(`${line.slice(0, line.lastIndexOf(',"hash":"'))}}`);
    previous = hash("sha256", previous + body);
    return `${body.slice(0, -1)},"hash":"${previous}"}\n`;
  });
  await writeFile(path, forged.join(""));
}

const exchangeSeal = (line: string): string =>
  line.includes('"type":"intended"') ? line.replace(/"sealed":"...../, '"sealed":"AAAAA') : line;

test("a line that was read is opened when its entry is asked for, and a copy of it is whole", async () => {
  const lines = await linesOf();
  expect(lines.map(({ entry }) => entry)).toEqual([started, intended, settled, again]);
  const [, copied] = (await linesOf()).map((line) => ({ ...line }));
  expect(copied).toEqual({ seq: 2, at: clock.now(), entry: intended });
});

test("what is open of a line has none of its sealed fields", async () => {
  const [, second] = await linesOf();
  expect(second?.open).toEqual({ type: "intended", of, step: "copy", attempt: 1 });
});

test("a fold of lines that were read says the same as a fold of those that were appended", async () => {
  const appended = [started, intended, settled, again].map((entry, index) => ({
    ...{ seq: index + 1, at: clock.now(), entry },
  }));
  for (const lines of [await linesOf(), appended]) {
    const lane = fold(lines)?.lanes.get(a);
    const record = lane?.tasks.get(hostTaskKey(of));
    expect(record?.undo).toEqual({
      kind: "reversible",
      record: { before: "hunter2", $odd: 1 },
    });
    expect(record?.changes).toEqual([{ what: "/etc/motd", before: "hunter2", after: "ü" }]);
    expect(record?.after).toBe("there");
    expect(record?.registered).toEqual({ rc: 0 });
    expect(record?.diagnostic).toBeUndefined();
    expect([...(lane?.facts ?? [])]).toEqual([["motd", "later"]]);
  }
});

test("a seal that was exchanged is found when it is opened to look, and nothing of it is given", async () => {
  await forge(exchangeSeal);
  const [, second] = await linesOf();
  expect(() => second?.entry).toThrow(JournalFailure);
  expect(() => fold(second ? [second] : [])).toThrow("begins with intended");
});

test("a seal that was exchanged keeps a run from being acted on", async () => {
  await forge(exchangeSeal);
  const looked = await store.readEach(run, () => undefined, "later");
  expect(looked?.problems).toEqual([]);
  const acted = await store.readEach(run, () => undefined, "now");
  expect(acted?.problems).toMatchObject([{ code: "journal/altered", at: { line: 2 } }]);
});

test("a seal that was moved to another line is not opened there", async () => {
  const text = await readFile(store.path(run), "utf8");
  const [, other = ""] = /"settled".*?("sealed":"[^"]*")/.exec(text) ?? [];
  await forge((line) =>
    line.includes('"type":"intended"') ? line.replace(/"sealed":"[^"]*"/, other) : line,
  );
  const [, second] = await linesOf();
  expect(() => second?.entry).toThrow(JournalFailure);
});

test("a record of a journal that is gone says so when it is opened", async () => {
  // More than is read at once lies between.
  {
    const read = await store.read(run);
    if (!read?.key) throw new Error("no key");
    await using file = await store.reopen(run, clock, { ...read, key: read.key });
    const filler: JournalEntry = { type: "lane-begun", host: b };
    await Promise.all(Array.from({ length: 12_000 }, () => file.append(filler)));
  }
  const [, second] = await linesOf();
  expect(second?.kept?.fields.undo?.kind).toBe("reversible");
  const [, unopened] = await linesOf();
  await rm(store.path(run));
  expect(() => unopened?.entry).toThrow("cannot be read any more");
});
