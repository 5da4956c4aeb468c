import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../model/clock.ts";
import { hostId, runId, taskId } from "../model/ids.ts";
import type { JournalEntry } from "../model/journal-entry.ts";
import type { RunSpec } from "../model/run-spec.ts";
import { JournalFailure } from "../model/journal-entry.ts";
import { readJournalBytes } from "./read.ts";
import type { RunKey } from "./seal.ts";
import { JournalStore, newRunId } from "./store.ts";

const clock: Clock = {
  now: () => 1_764_000_000_000,
  ticks: () => 0,
  sleep: () => Promise.resolve(),
};
const run = runId("20261122-020000-abcd");
const host = hostId("ns1");
const of = { task: taskId("1.1"), host, on: host };

const intended = (secret: string): JournalEntry => ({
  type: "intended",
  of,
  step: "copy",
  attempt: 1,
  changes: [{ what: "/etc/x", before: null, after: secret }],
  undo: { kind: "reversible", record: { before: secret } },
});
const lost: JournalEntry = { type: "lane-begun", host };
const started: JournalEntry = {
  type: "run-started",
  format: 2,
  run,
  version: "0",
  playbook: "p",
  who: "somebody",
  hosts: [host],
  spec: { hosts: [host], fleet: [host], batches: [[host]] } as unknown as RunSpec,
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "runbook-journal-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function written(entries: readonly JournalEntry[]): Promise<JournalStore> {
  const store = new JournalStore(join(folder, "state"));
  await using file = await store.create(run, clock);
  for (const entry of [started, ...entries]) await file.append(entry);
  return store;
}

describe("a journal", () => {
  test("gives back what was appended, in order, with times and sequence numbers", async () => {
    const store = await written([lost, intended("hunter2")]);
    const read = await store.read(run);
    expect(read?.problems).toEqual([]);
    expect(read?.lines.map((line) => [line.seq, line.at, line.entry.type])).toEqual([
      [1, clock.now(), "run-started"],
      [2, clock.now(), "lane-begun"],
      [3, clock.now(), "intended"],
    ]);
    expect(read?.lines[2]?.entry).toEqual(intended("hunter2"));
  });

  test("keeps records and changes out of sight of whoever reads the file", async () => {
    const store = await written([intended("hunter2")]);
    const text = await readFile(store.path(run), "utf8");
    expect(text).not.toContain("hunter2");
    expect(text).toContain('"step":"copy"');
  });

  test("is readable by its owner alone", async () => {
    const store = await written([lost]);
    expect((await stat(store.path(run))).mode & 0o777).toBe(0o600);
    expect((await stat(store.folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(store.folder, "key"))).mode & 0o777).toBe(0o600);
  });

  test("cut at any byte opens, and loses at most the torn last line", async () => {
    const store = await written([lost, intended("a"), lost, intended("b")]);
    const bytes = await readFile(store.path(run));
    const whole = await store.read(run);
    const unwrap = (): RunKey | undefined => whole?.key;
    const ends = [...bytes.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const read = readJournalBytes(bytes.subarray(0, cut), "j", unwrap);
      expect(read.problems).toEqual([]);
      expect(read.lines).toHaveLength(ends.filter((end) => end <= cut).length);
      expect(read.torn).toBe(cut > 0 && !ends.includes(cut));
    }
  });

  test("goes on after a torn line as if the line had never been begun", async () => {
    const store = await written([lost, intended("a")]);
    const bytes = await readFile(store.path(run));
    await writeFile(store.path(run), bytes.subarray(0, bytes.length - 5));
    const torn = await store.read(run);
    if (!torn?.key) throw new Error("no key");
    {
      await using file = await store.reopen(run, clock, { ...torn, key: torn.key });
      await file.append(intended("c"));
    }
    const read = await store.read(run);
    expect(read?.problems).toEqual([]);
    expect(read?.lines.map((line) => line.entry)).toEqual([started, lost, intended("c")]);
  });

  test("says where it was altered, whichever byte of a line that counts was changed", async () => {
    const store = await written([lost, intended("a"), lost]);
    const bytes = await readFile(store.path(run));
    const whole = await store.read(run);
    const lastLine = bytes.lastIndexOf(10, bytes.length - 2) + 1;
    for (let at = 0; at < lastLine; at += 7) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const read = readJournalBytes(changed, "j", () => whole?.key);
      expect(read.problems.map((problem) => problem.code)).toEqual(["journal/altered"]);
      expect(read.lines.length).toBeLessThan(4);
    }
  });

  test("cannot be read with another key, and says which option gives the right one", async () => {
    const store = await written([intended("a")]);
    await writeFile(join(store.folder, "key"), Buffer.alloc(32, 7).toString("base64"));
    const read = await store.read(run);
    expect(read?.problems[0]).toMatchObject({
      code: "journal/other-key",
      hint: expect.stringContaining("--state-key-file"),
    });
  });

  test("keeps entries that are appended at the same time in the order of their sequence numbers", async () => {
    const store = new JournalStore(folder);
    {
      await using file = await store.create(run, clock);
      const lines = await Promise.all(Array.from({ length: 200 }, () => file.append(lost)));
      expect(lines.map((line) => line.seq)).toEqual(
        Array.from({ length: 200 }, (_, index) => index + 1),
      );
    }
    expect((await store.read(run))?.lines).toHaveLength(200);
  });

  test("accepts nothing more once an entry could not be made durable", async () => {
    const store = new JournalStore(folder);
    const file = await store.create(run, clock);
    await file.append(lost);
    await file[Symbol.asyncDispose]();
    await expect(file.append(lost)).rejects.toBeInstanceOf(JournalFailure);
    await expect(file.append(lost)).rejects.toBeInstanceOf(JournalFailure);
  });
});

describe("the writer of a journal", () => {
  test("is one at a time", async () => {
    const store = new JournalStore(folder);
    const first = await store.claim(run);
    expect(first.kind).toBe("claimed");
    expect((await store.claim(run)).kind).toBe("held");
    if (first.kind === "claimed") await first.release();
    expect((await store.claim(run)).kind).toBe("claimed");
  });

  test("whose process is gone is followed by the next one", async () => {
    const store = new JournalStore(folder);
    await using _writer = await store.create(run, clock);
    await writeFile(
      join(folder, `${run}.writer`),
      "pid 1\nstart 1\nboot another-boot\nhost here\n",
    );
    await writeFile(
      join(folder, `${run}.writer`),
      `pid 1\nstart 1\nboot another-boot\nhost ${hostname()}\n`,
    );
    expect((await store.claim(run)).kind).toBe("claimed");
  });

  test("on another machine is believed, because its process cannot be looked at", async () => {
    const store = new JournalStore(folder);
    await using _writer = await store.create(run, clock);
    await writeFile(
      join(folder, `${run}.writer`),
      "pid 1\nstart 1\nboot b\nhost elsewhere.example\n",
    );
    expect(await store.claim(run)).toMatchObject({
      kind: "held",
      by: expect.stringContaining("elsewhere.example"),
    });
  });

  test("wins alone when two hundred try at once", async () => {
    const store = new JournalStore(folder);
    const claims = await Promise.all(Array.from({ length: 200 }, () => store.claim(run)));
    expect(claims.filter((claim) => claim.kind === "claimed")).toHaveLength(1);
  });
});

test("run ids sort by time, within a second too, and are not the same twice", () => {
  const start = Date.UTC(2026, 10, 22, 2, 0, 0, 0);
  const times = [0, 2, 4, 40, 500, 997, 999, 1000, 1002, 60_000];
  const ids = times.map((after) => newRunId({ ...clock, now: () => start + after }));
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(Array.from({ length: 100 }, () => newRunId(clock))).size).toBe(100);
});
