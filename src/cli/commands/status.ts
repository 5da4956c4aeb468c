import { connectAll, preflight, seeGoal } from "../../engine/look.ts";
import { printable } from "../../lib/printable.ts";
import { EXIT } from "../exit-codes.ts";
import { lookingRun } from "../looking.ts";
import { readNewRun } from "../new-run.ts";
import type { RunOptions } from "../options.ts";
import type { Terminal } from "../terminal.ts";

/** Where every host stands now: at its goal, ready to begin, or what stands in its way. Only looks. */
export async function status(
  file: string,
  options: RunOptions,
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
      terminal.out(`${name}  ${paint.good("at goal   ")}\n`);
      continue;
    }
    const inTheWay = found.filter((refusal) => refusal.host === host);
    const word = inTheWay.length === 0 ? paint.changed("to do     ") : paint.bad("refused   ");
    terminal.out(
      `${name}  ${word} ${inTheWay.map((one) => `${one.name ?? ""}: ${printable(one.diagnostic.summary)}`).join("; ")}\n`,
    );
    for (const answer of goal) {
      if (answer.host !== host) continue;
      for (const diagnostic of answer.diagnostics) {
        terminal.out(`${" ".repeat(width)}    ${paint.dim(printable(diagnostic.summary))}\n`);
      }
    }
  }
  if (absent.size > 0 && found.length === 0) return EXIT.unreachable;
  return found.length > 0 ? EXIT.refused : EXIT.done;
}
