/**
 * `rollback --check`: does the way back still exist today? Goes the way back up to its first change, over a journal that is
 * never written: what a look registers is there for the next one, as it will be on the day.
 */
import { undoOrder } from "../engine/decide-back.ts";
import { laneOf } from "../engine/fold.ts";
import { caught } from "../engine/gate.ts";
import { laneNext } from "../engine/lane-next.ts";
import { connectAll } from "../engine/look.ts";
import { stepOf } from "../engine/prepared.ts";
import type { LaneTask } from "../engine/program.ts";
import type { Running } from "../engine/running.ts";
import { runTask } from "../engine/task-run.ts";
import { chooseWay, pointOfNoReturn } from "../engine/way.ts";
import { printable } from "../lib/printable.ts";
import type { Clock } from "../model/clock.ts";
import type { HostId } from "../model/ids.ts";
import type { Journal } from "../model/journal-entry.ts";
import { EXIT } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

/** Goes on after the last line of a journal, and forgets. */
export function rehearsalJournal(lines: number, clock: Clock): Journal {
  let seq = lines;
  return { append: (entry) => Promise.resolve({ seq: ++seq, at: clock.now(), entry }) };
}

/** Wants a run on a rehearsal journal. */
export async function checkWayBack(
  running: Running,
  hosts: readonly HostId[],
  terminal: Terminal,
): Promise<number> {
  const lost = await connectAll(running, hosts);
  const absent = new Set(lost.map(({ host }) => host));
  await running.append({ type: "run-resumed", who: running.state.spec.who });
  await running.append({
    type: "rollback-begun",
    hosts: hosts.filter((host) => !absent.has(host)),
    whole: false,
    why: "rehearsed",
    who: running.state.spec.who,
  });
  const found = await Promise.all(
    hosts.map(async (host): Promise<readonly string[] | "back"> => {
      const refusal = lost.find((one) => one.host === host);
      return refusal ? [refusal.diagnostic.summary] : obstaclesOn(running, host);
    }),
  );
  const { good, bad } = terminal.paint;
  for (const [index, host] of hosts.entries()) {
    const obstacles = found[index] ?? [];
    if (obstacles === "back") terminal.out(`${host}  ${good("back  ")}\n`);
    else if (obstacles.length === 0) terminal.out(`${host}  ${good("open  ")}\n`);
    else terminal.out(`${host}  ${bad("closed")} ${printable(obstacles.join("; "))}\n`);
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
    : tasksNobodyCanUndo(running, host);
}

async function tasksNobodyCanUndo(running: Running, host: HostId): Promise<readonly string[]> {
  const stuck: string[] = [];
  for (const record of undoOrder(laneOf(running.state, host))) {
    const { of, undo } = record;
    const task = running.program.tasks.get(of.task);
    const passed = await caught(() => pointOfNoReturn(running, record));
    if (typeof passed === "object") return [passed.diagnostic.summary];
    if (
      undo?.kind === "irreversible" ||
      (undo?.kind === "no-inverse" && task?.inverse === undefined && record.perhaps > 0) ||
      passed !== undefined
    )
      stuck.push(`${task?.name ?? of.task} cannot be taken back`);
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
        return [];
    }
  }
}

function isChange(running: Running, { task }: LaneTask): boolean {
  return task.action.kind === "undo" || stepOf(running, task).kind === "changing";
}
