/** `rollback --check`: does the way back still exist today? Looks, and changes nothing. */
import { undoOrder } from "../engine/decide-back.ts";
import { laneOf } from "../engine/fold.ts";
import { connectAll } from "../engine/look.ts";
import { lookTogether, hostView } from "../engine/gate.ts";
import type { Running } from "../engine/running.ts";
import type { HostId } from "../model/ids.ts";
import type { Task } from "../model/playbook.ts";
import { printable } from "../lib/printable.ts";
import { EXIT } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

export async function checkWayBack(
  running: Running,
  hosts: readonly HostId[],
  terminal: Terminal,
): Promise<number> {
  const lost = await connectAll(running, hosts);
  let open = true;
  for (const host of hosts) {
    const refusal = lost.find((one) => one.host === host);
    const obstacles = refusal ? [refusal.diagnostic.summary] : await obstaclesOn(running, host);
    open &&= obstacles.length === 0;
    const word =
      obstacles.length === 0 ? terminal.paint.good("open  ") : terminal.paint.bad("closed");
    terminal.out(`${host}  ${word} ${printable(obstacles.join("; "))}\n`);
  }
  terminal.out(open ? "The way back exists.\n" : "The way back is not open everywhere.\n");
  return open ? EXIT.done : EXIT.needsOperator;
}

/** After the point of no return: the gates of the first rollback phase. Before it: tasks that nobody can undo. */
async function obstaclesOn(running: Running, host: HostId): Promise<readonly string[]> {
  const lane = laneOf(running.state, host);
  const irreversible = [...lane.tasks.values()].some(
    (record) => record.irreversible !== undefined && record.attempt > 0,
  );
  if (!irreversible || running.program.back.length === 0) {
    return undoOrder(lane).flatMap(({ of, undo }) => {
      const task = running.program.tasks.get(of.task);
      const stuck =
        undo?.kind === "irreversible" ||
        (undo?.kind === "no-inverse" && task?.inverse === undefined);
      return stuck ? [`${task?.name ?? of.task} cannot be taken back`] : [];
    });
  }
  const first = running.program.back
    .filter(({ phaseIndex }) => phaseIndex === 0)
    .map(({ task }) => task);
  const found: string[] = [];
  for (const task of first) {
    if (!isLook(running, task)) continue;
    const [look] = await lookTogether(running, task, [host], hostView(running, host));
    if (look?.answer.kind === "seen" && look.answer.verdict.kind === "holds") continue;
    const summary =
      look?.answer.kind === "seen" && look.answer.verdict.kind === "fails"
        ? look.answer.verdict.diagnostic.summary
        : "it could not be looked at";
    if (task.ignoreErrors === undefined) found.push(`${task.name}: ${summary}`);
  }
  return found;
}

/** Only what needs nothing that the way back itself would have registered. */
function isLook(running: Running, task: Task): boolean {
  return (
    task.action.kind === "step" &&
    task.when === undefined &&
    running.steps.get(task.action.step)?.kind === "reading"
  );
}
