import { createHumanReporter } from "../report/human.ts";
import { createHeartbeat } from "../report/heartbeat.ts";
import { createLiveReporter } from "../report/live.ts";
import { printable } from "../lib/printable.ts";
import type { Redactor } from "../lib/redact.ts";
import type { Reporter } from "../model/event.ts";
import type { Playbook } from "../model/playbook.ts";
import type { RunSpec } from "../model/run-spec.ts";
import type { OpenNotice } from "./notifier.ts";
import { createNotifier } from "./notifier.ts";
import { systemClock } from "./system-clock.ts";
import { sourceLine } from "./source-line.ts";
import type { StreamFormat } from "./beside-stream.ts";
import { createStreamReporter } from "./streaming.ts";
import type { Terminal } from "./terminal.ts";

export interface ReporterParts {
  readonly terminal: Terminal;
  readonly playbook: Playbook;
  readonly spec: RunSpec;
  readonly options: {
    readonly diff?: true;
    readonly log?: string;
    readonly format?: StreamFormat;
  };
  readonly redactor: Redactor;
  readonly notices: readonly OpenNotice[];
}

/** The view at the foot of the terminal, where there is one. */
export function liveReporter(terminal: Terminal, playbook: Playbook): readonly Reporter[] {
  const { show, paint } = terminal;
  if (!show) return [];
  const clean = (text: string): string => printable(terminal.mask(text)).replaceAll(/\s+/g, " ");
  return [createLiveReporter({ playbook, paint, clean, now: Date.now, show })];
}

const SILENCE_MS = 60_000;

/** Where nothing moves, a task that takes long says so, and a CI system does not take it for dead. */
function heartbeat(terminal: Terminal): Reporter {
  const { beat, ...reporter } = createHeartbeat({
    write: (text) => terminal.out(text),
    now: Date.now,
    paint: terminal.paint,
    silenceMs: SILENCE_MS,
  });
  const timer = setInterval(beat, SILENCE_MS / 4);
  timer.unref();
  return { ...reporter, close: () => clearInterval(timer) };
}

export async function reportersFor({
  terminal,
  playbook,
  spec,
  options,
  redactor,
  notices,
}: ReporterParts): Promise<readonly Reporter[]> {
  const human = createHumanReporter({
    write: (text) => terminal.out(text),
    paint: terminal.paint,
    playbook,
    sourceLine,
    diff: options.diff === true,
    waits: terminal.show === undefined,
  });
  const live = liveReporter(terminal, playbook);
  const mask = (text: string): string => redactor.mask(text);
  const stream =
    options.format === "ndjson"
      ? [createStreamReporter({ spec, playbook, mask }, (text) => terminal.document(text))]
      : [];
  const note = (text: string): void => terminal.err(`${text}\n`);
  const told =
    notices.length > 0
      ? [createNotifier({ notices, spec, playbook, mask, clock: systemClock, note })]
      : [];
  const all = [human, ...(live.length > 0 ? live : [heartbeat(terminal)]), ...stream, ...told];
  if (options.log === undefined) return all;
  // Loaded where it is asked for: it would be a twentieth of every start.
  const { createLogReporter } = await import("../report/log.ts");
  return [...all, createLogReporter({ file: options.log, run: spec.run, mask })];
}
