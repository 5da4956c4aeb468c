import type { GoalAnswer } from "../../engine/look.ts";
import { connectAll, preflight, seeGoal } from "../../engine/look.ts";
import { printable } from "../../lib/printable.ts";
import { safeJson } from "../../lib/safe-json.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { HostId } from "../../model/ids.ts";
import type { Refusal } from "../../model/plan.ts";
import { EXIT } from "../exit-codes.ts";
import { lookingRun } from "../looking.ts";
import { readNewRun } from "../new-run.ts";
import type { StatusOptions } from "../options.ts";
import type { Terminal } from "../terminal.ts";

/** Where every host stands now: at its goal, ready to begin, or what stands in its way. Only looks. */
export async function status(
  file: string,
  options: StatusOptions,
  terminal: Terminal,
): Promise<number> {
  const made = await readNewRun(file, options, terminal);
  if (typeof made === "number") return made;
  await using running = lookingRun(made, terminal);
  const { hosts } = made.spec;
  const lost = await connectAll(running, hosts);
  const absent = new Map(lost.map((refusal) => [refusal.host, refusal.diagnostic]));
  const reachable = hosts.filter((host) => !absent.has(host));
  const goal = await seeGoal(running, reachable);
  const found = await preflight(running, reachable);
  if (options.json) {
    const rows = hosts.map((host) => rowOf(host, absent.get(host), goal, found));
    terminal.document(`${safeJson(rows, 2)}\n`);
    return codeOf(absent.size, found.length);
  }
  const { paint } = terminal;
  const width = Math.max(...hosts.map((host) => host.length));
  for (const host of hosts) {
    const name = host.padEnd(width);
    const unreachable = absent.get(host);
    if (unreachable) {
      terminal.out(`${name}  ${paint.bad("no answer ")} ${printable(unreachable.summary)}\n`);
      continue;
    }
    if (goal.some((answer) => answer.host === host && answer.reached)) {
      terminal.out(`${name}  ${paint.good("at goal")}\n`);
      continue;
    }
    const inTheWay = found.filter((refusal) => refusal.host === host);
    const why = inTheWay.map((one) => `${one.name ?? ""}: ${printable(one.diagnostic.summary)}`);
    const word = why.length === 0 ? paint.changed("to do") : paint.bad("refused   ");
    terminal.out(
      `${[`${name}  ${word}`, ...(why.length > 0 ? [why.join("; ")] : [])].join(" ")}\n`,
    );
    for (const answer of goal) {
      if (answer.host !== host) continue;
      for (const diagnostic of answer.diagnostics) {
        terminal.out(`${" ".repeat(width)}    ${paint.dim(printable(diagnostic.summary))}\n`);
      }
    }
  }
  return codeOf(absent.size, found.length);
}

function codeOf(absent: number, refused: number): number {
  if (absent > 0 && refused === 0) return EXIT.unreachable;
  return refused > 0 ? EXIT.refused : EXIT.done;
}

/** `--json`: `problems` is what stands in its way, `toDo` what its goal lacks. */
function rowOf(
  host: HostId,
  absent: Diagnostic | undefined,
  goal: readonly GoalAnswer[],
  found: readonly Refusal[],
): object {
  if (absent) return { host, standing: "unreachable", problems: [absent], toDo: [] };
  const answers = goal.filter((answer) => answer.host === host);
  if (answers.some(({ reached }) => reached))
    return { host, standing: "at-goal", problems: [], toDo: [] };
  const problems = found.filter((one) => one.host === host).map(({ diagnostic }) => diagnostic);
  const standing = problems.length > 0 ? "refused" : "to-do";
  return { host, standing, problems, toDo: answers.flatMap(({ diagnostics }) => diagnostics) };
}
