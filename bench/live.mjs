/**
 * What the live view costs: one frame of a run over many hosts, all of them at work, and one journal entry told to it.
 * No terminal: the bytes are not written.
 */
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { least, median, table } from "./lib/figures.mjs";

const TASKS = 50;

export async function measureLive({ builds, rounds: count, say }) {
  say(`\nlive view, every host at work in a lane of ${TASKS} tasks, ${count} rounds`);
  const rows = [["", "hosts", "frame min", "frame median", "entry median"]];
  for (const { name, main } of builds) {
    for (const hosts of [100, 1_000, 10_000]) {
      const { frames, entries } = await measure(main, hosts, count);
      const us = (ms) => `${(ms * 1000).toFixed(0)} µs`;
      rows.push([name, hosts, us(least(frames)), us(median(frames)), us(median(entries))]);
    }
  }
  say(table(rows));
}

async function measure(main, size, count) {
  const load = (path) =>
    import(pathToFileURL(join(dirname(main), "..", "report", `${path}.js`)).href);
  const [{ createProgress }, { liveLines }, { paintFor }] = await Promise.all(
    ["progress", "live-view", "paint"].map(load),
  );
  const names = Array.from({ length: size }, (_, index) => `ns${index}.example.net`);
  const task = (id) => ({
    ...{ name: `Task ${id}`, phase: "Work", phaseNumber: 1, position: Number(id), of: "host" },
  });
  const outline = { name: "Bench", phases: 1, perHost: TASKS, forFleet: 0, task };
  const lanes = new Map(names.map((host) => [host, laneOf(host)]));
  const state = { spec: { hosts: names }, lanes, decisions: [] };
  const progress = createProgress(outline, Date.now);
  progress.entry({ entry: { type: "run-started" } }, state);
  const entries = [];
  for (const host of names) {
    const of = { task: "24", host, on: host };
    progress.event({ type: "task-begun", of, name: "Task 24" });
    const entry = { type: "settled", of, outcome: "applied", durationMs: 5 };
    const began = performance.now();
    progress.entry({ entry }, state);
    entries.push(performance.now() - began);
    progress.event({ type: "task-begun", of, name: "Task 25" });
  }
  const view = { outline, paint: paintFor(true), clean: (text) => text };
  const frames = [];
  for (let round = 0; round < count * 20; round++) {
    const began = performance.now();
    liveLines(progress, { columns: 120, rows: 40 }, Date.now() + round * 1000, view);
    frames.push(performance.now() - began);
  }
  return { frames, entries };
}

/** A lane with half of its tasks behind it. */
function laneOf(host) {
  const tasks = Array.from({ length: TASKS / 2 }, (_, id) => [
    `${id}@${host}`,
    { of: { task: String(id), host, on: host }, standing: "applied" },
  ]);
  return { host, atGoal: false, begun: 1, tasks: new Map(tasks), items: new Map() };
}
