import { createHumanReporter } from "../report/human.ts";
import type { Redactor } from "../lib/redact.ts";
import type { Reporter } from "../model/event.ts";
import type { Playbook } from "../model/playbook.ts";
import type { RunSpec } from "../model/run-spec.ts";
import { sourceLine } from "./source-line.ts";
import type { Terminal } from "./terminal.ts";

export interface ReporterParts {
  readonly terminal: Terminal;
  readonly playbook: Playbook;
  readonly spec: RunSpec;
  readonly options: { readonly diff?: true; readonly log?: string };
  readonly redactor: Redactor;
}

export async function reportersFor({
  terminal,
  playbook,
  spec,
  options,
  redactor,
}: ReporterParts): Promise<readonly Reporter[]> {
  const human = createHumanReporter({
    write: (text) => terminal.out(text),
    paint: terminal.paint,
    playbook,
    sourceLine,
    diff: options.diff === true,
  });
  if (options.log === undefined) return [human];
  // Loaded where it is asked for: it would be a twentieth of every start.
  const { createLogReporter } = await import("../report/log.ts");
  return [
    human,
    createLogReporter({ file: options.log, run: spec.run, mask: (text) => redactor.mask(text) }),
  ];
}
