import { didYouMean } from "../../lib/did-you-mean.ts";
import { stepPage } from "../../playbook/step-page.ts";
import { steps } from "../../steps/index.ts";
import { EXIT } from "../exit-codes.ts";
import { folded, narrowPage } from "../narrow-page.ts";
import type { DocOptions } from "../options.ts";
import { readPlaybook } from "../sources.ts";
import type { Terminal } from "../terminal.ts";

export async function doc(
  name: string | undefined,
  options: DocOptions,
  terminal: Terminal,
): Promise<number> {
  const { columns } = terminal;
  if (name === undefined || options.list) {
    const width = Math.max(...[...steps.keys()].map((step) => step.length));
    for (const [step, { summary }] of steps) {
      const line = `${step.padEnd(width)}  ${summary}`;
      const lines = columns === undefined ? [line] : folded(line, columns, " ".repeat(width + 2));
      terminal.out(`${lines.join("\n")}\n`);
    }
    return EXIT.done;
  }
  const step = steps.get(name.replace(/^ansible\.builtin\./, ""));
  if (step) {
    const page = stepPage(step);
    terminal.out(columns === undefined ? page : narrowPage(page, columns));
    return EXIT.done;
  }
  if (/\.ya?ml$/.test(name)) return playbookPage(name, terminal);
  const near = didYouMean(name, steps.keys());
  terminal.err(
    `There is no step ${name}.${near === undefined ? " `runbook doc --list` shows them all." : ` Did you mean ${near}?`}\n`,
  );
  return EXIT.usage;
}

async function playbookPage(file: string, terminal: Terminal): Promise<number> {
  const read = await readPlaybook(file);
  terminal.problems(read.problems);
  if (!read.value) return EXIT.invalid;
  const { playbook } = read.value;
  terminal.out(
    `${terminal.paint.bold(playbook.name)}\nhosts: ${playbook.hosts}\n\ninputs (-e NAME=VALUE):\n`,
  );
  for (const input of playbook.inputs) {
    const value = input.required ? "required" : `default ${JSON.stringify(input.default)}`;
    terminal.out(`  ${input.name}  (${value})\n      ${input.description}\n`);
  }
  terminal.out("\nphases:\n");
  for (const phase of playbook.phases) {
    terminal.out(`  ${phase.name}${phase.scope === "fleet" ? " (once for the fleet)" : ""}\n`);
    for (const task of phase.tasks)
      terminal.out(`    ${String(task.id).padEnd(10)} ${task.name}\n`);
  }
  if (playbook.rollback.length > 0) terminal.out("\nthe way back, after the point of no return:\n");
  for (const phase of playbook.rollback) {
    terminal.out(`  ${phase.name}\n`);
    for (const task of phase.tasks)
      terminal.out(`    ${String(task.id).padEnd(14)} ${task.name}\n`);
  }
  return EXIT.done;
}
