/**
 * `rollback --check`: does the way back still exist today? Goes the way back up to its first change, over a journal that is
 * never written: what a look registers is there for the next one, as it will be on the day. What comes behind that change
 * is looked at as far as no change before it decides: gates, and what every undo compares before it overwrites something.
 */
import { undoOrder } from "../engine/decide-back.ts";
import { laneOf } from "../engine/fold.ts";
import { caught } from "../engine/gate.ts";
import { laneNext, progressOf } from "../engine/lane-next.ts";
import { connectAll } from "../engine/look.ts";
import type { Ahead } from "../engine/plan-answer.ts";
import { planTask } from "../engine/plan.ts";
import { stepOf } from "../engine/prepared.ts";
import type { LaneTask } from "../engine/program.ts";
import { rehearseUndo } from "../engine/rehearse.ts";
import type { Running } from "../engine/running.ts";
import { runTask } from "../engine/task-run.ts";
import { chooseWay, pointOfNoReturn } from "../engine/way.ts";
import { printable } from "../lib/printable.ts";
import type { Clock } from "../model/clock.ts";
import type { HostId } from "../model/ids.ts";
import { FLEET } from "../model/ids.ts";
import type { Journal } from "../model/journal-entry.ts";
import { resumedBy } from "../model/journal-entry.ts";
import type { Resource } from "../model/resource.ts";
import { EXIT } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

/** Goes on after the last line of a journal, and forgets. */
export function rehearsalJournal(lines: number, clock: Clock): Journal {
  let seq = lines;
  return { append: (entry) => Promise.resolve({ seq: ++seq, at: clock.now(), entry }) };
}

/** Wants a run on a rehearsal journal. `whole`: what was done for the fleet goes back too. */
export async function checkWayBack(
  running: Running,
  { hosts, whole }: { readonly hosts: readonly HostId[]; readonly whole: boolean },
  terminal: Terminal,
): Promise<number> {
  const lost = await connectAll(running, hosts);
  const absent = new Set(lost.map(({ host }) => host));
  await running.append(resumedBy(running.who));
  await running.append({
    type: "rollback-begun",
    hosts: hosts.filter((host) => !absent.has(host)),
    whole: false,
    why: "rehearsed",
    who: running.who,
  });
  const found = await Promise.all(
    hosts.map(async (host): Promise<readonly string[] | "back"> => {
      const refusal = lost.find((one) => one.host === host);
      return refusal ? [refusal.diagnostic.summary] : obstaclesOn(running, host);
    }),
  );
  const names: string[] = [...hosts];
  if (whole && undoOrder(laneOf(running.state, FLEET)).length > 0) {
    names.push("the fleet");
    found.push(await obstaclesUndoing(running, FLEET));
  }
  const { good, bad } = terminal.paint;
  for (const [index, name] of names.entries()) {
    const obstacles = found[index] ?? [];
    if (obstacles === "back") terminal.out(`${name}  ${good("back")}\n`);
    else if (obstacles.length === 0) terminal.out(`${name}  ${good("open")}\n`);
    else terminal.out(`${name}  ${bad("closed")} ${printable(obstacles.join("; "))}\n`);
  }
  const open = found.every((obstacles) => obstacles === "back" || obstacles.length === 0);
  terminal.out(open ? "The way back exists.\n" : "The way back is not open everywhere.\n");
  return open ? EXIT.done : EXIT.needsOperator;
}

async function obstaclesOn(running: Running, host: HostId): Promise<readonly string[] | "back"> {
  const lane = laneOf(running.state, host);
  if (lane.back?.standing === "back") return "back";
  if (lane.back?.way === undefined) await chooseWay(running, host);
  if (lane.lost) return [lane.lost.summary];
  return laneOf(running.state, host).back?.way === "phases"
    ? obstaclesInPhases(running, host)
    : obstaclesUndoing(running, host);
}

async function obstaclesUndoing(running: Running, host: HostId): Promise<readonly string[]> {
  const stuck: string[] = [];
  const changed: Resource[] = [];
  for (const record of undoOrder(laneOf(running.state, host))) {
    const { of, undo, back } = record;
    if (back?.standing === "done" || back?.standing === "already") continue;
    const task = running.program.tasks.get(of.task);
    const passed = await caught(() => pointOfNoReturn(running, record));
    if (typeof passed === "object") return [passed.diagnostic.summary];
    if (
      undo?.kind === "irreversible" ||
      (undo?.kind === "no-inverse" && task?.inverse === undefined && record.perhaps > 0) ||
      passed !== undefined
    )
      stuck.push(`${task?.name ?? of.task} cannot be taken back`);
    if (task === undefined) continue;
    const { obstacle, touches } = await rehearseUndo(running, record, task, changed);
    changed.push(...touches);
    if (obstacle) stuck.push(`${task.name}: ${obstacle.summary}`);
  }
  return stuck;
}

/** The looks before the first change of `rollback:`; what comes after it sees another host. */
async function obstaclesInPhases(running: Running, host: HostId): Promise<readonly string[]> {
  const lane = laneOf(running.state, host);
  const { back } = running.program;
  const change = back.findIndex((one) => isChange(running, one));
  const looks = back.slice(0, change === -1 ? back.length : change);
  for (;;) {
    const next = laneNext(lane, looks);
    switch (next.kind) {
      case "task":
        await runTask(running, host, next.next.task, next.next.phase);
        continue;
      case "failed":
      case "in-doubt":
      case "doubt": {
        const name = running.program.tasks.get(next.record.of.task)?.name ?? next.record.of.task;
        return [`${name}: ${next.record.diagnostic?.summary ?? "it could not be looked at"}`];
      }
      case "lost":
        return [lane.lost?.summary ?? "the connection was lost"];
      case "done":
        return change === -1 ? [] : obstaclesBehind(running, host, back.slice(change));
    }
  }
}

/** From the first change on: what can be known already, as a plan does, and what an undo would find today. */
async function obstaclesBehind(
  running: Running,
  host: HostId,
  tasks: readonly LaneTask[],
): Promise<readonly string[]> {
  const lane = laneOf(running.state, host);
  const ahead: Ahead = { touched: [], values: {} };
  const stuck: string[] = [];
  for (const { task, phase } of tasks) {
    if (progressOf(lane, task).kind === "done") continue;
    const { answer } = await planTask(running, host, task, phase, ahead);
    if (answer.kind === "blocked") stuck.push(`${task.name}: ${answer.diagnostic.summary}`);
    if (answer.kind === "skipped" || task.action.kind !== "undo") continue;
    const { action } = task;
    for (const record of undoOrder(lane).filter(({ of }) => of.task === action.task)) {
      const target = running.program.tasks.get(record.of.task);
      if (target === undefined || record.back !== undefined) continue;
      const changed = ahead.touched.map(({ resource }) => resource);
      const { obstacle, touches } = await rehearseUndo(running, record, target, changed);
      for (const resource of touches) ahead.touched.push({ resource, by: task });
      // Whether it is undone at all may hang on what nobody has yet seen.
      if (obstacle && answer.kind !== "unknown") stuck.push(`${task.name}: ${obstacle.summary}`);
    }
  }
  return stuck;
}

function isChange(running: Running, { task }: LaneTask): boolean {
  return task.action.kind === "undo" || stepOf(running, task).kind === "changing";
}
