/** The only place that puts the parts of the engine together. */
import type { Question, Running } from "../engine/running.ts";
import { started } from "../engine/fold.ts";
import { hushedEntry } from "../engine/no-log.ts";
import { buildProgram } from "../engine/program.ts";
import { recordTo } from "../engine/recording.ts";
import { createDnsClient } from "../dns/index.ts";
import { gatherFacts } from "../facts/gather.ts";
import type { Redactor } from "../lib/redact.ts";
import type { Reporter, RunEvent } from "../model/event.ts";
import type { Journal, JournalEntry } from "../model/journal-entry.ts";
import type { Playbook } from "../model/playbook.ts";
import type { Renderer } from "../model/rendering.ts";
import type { RunSpec } from "../model/run-spec.ts";
import type { RunState } from "../model/run-state.ts";
import { validateParams } from "../playbook/validate.ts";
import { readOnlySteps, steps } from "../steps/index.ts";
import type { TransportLimits } from "../transport/index.ts";
import { createTransport, DEFAULT_LIMITS } from "../transport/index.ts";
import type { ConnectionSource } from "./connection.ts";
import { connectionSettings } from "./connection.ts";
import { createControllerFiles } from "./controller-files.ts";
import type { FilesSeen } from "./files-seen.ts";
import { maskedEntry } from "./masked-entry.ts";
import { operatorName } from "./operator-name.ts";
import { systemClock } from "./system-clock.ts";
import { traceTo } from "./trace.ts";

export interface RunningParts {
  readonly spec: RunSpec;
  readonly playbook: Playbook;
  readonly renderer: Renderer;
  readonly journal: Journal;
  readonly reporters: readonly Reporter[];
  readonly connections: ConnectionSource;
  readonly redactor: Redactor;
  readonly signal: AbortSignal;
  /** The fold of a journal that is gone on with. */
  readonly state?: RunState;
  /** Told of every file of the operator that is read. */
  readonly seen?: FilesSeen;
  readonly ask?: (question: Question) => Promise<string | undefined>;
  /** Said by the transport: a host key that was added, a key file that cannot be used. */
  readonly note: (text: string) => void;
}

export function createRunning(parts: RunningParts): Running & AsyncDisposable {
  const { spec, playbook, journal, ask } = parts;
  const reporters = new Set(parts.reporters);
  // V1: a reporter that throws is cut off and noted; it can never change a run.
  const tell = (say: (reporter: Reporter) => void): void => {
    for (const reporter of reporters) {
      try {
        say(reporter);
      } catch (error) {
        reporters.delete(reporter);
        parts.note(
          `an output was cut off: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
  };
  const state = parts.state ?? started(spec);
  const recording = recordTo(journal, state, parts.signal);
  const program = buildProgram({ spec, playbook });
  const mask = (text: string): string => parts.redactor.mask(text);
  const trace = traceTo(process.env["RUNBOOK_TRACE"], systemClock, mask);
  const transport = createTransport({
    settingsOf: (host) => connectionSettings(parts.connections, host),
    clock: systemClock,
    limits: patience(parts.connections.options, playbook),
    onNote: (host, text) => parts.note(`${host}: ${text}`),
    ...(trace.onRan && { onRan: trace.onRan }),
  });
  return {
    program,
    state,
    who: operatorName(),
    transport,
    steps,
    readOnlySteps,
    renderer: parts.renderer,
    dns: createDnsClient(),
    files: createControllerFiles(spec.folders, parts.seen),
    clock: trace.clock,
    signal: recording.signal,
    factsOf: new Map(),
    checkParams: validateParams,
    gatherFacts,
    ...(ask && {
      ask: (question: Question) => {
        tell((reporter) => reporter.asked?.(question.text));
        return ask(question);
      },
    }),
    emit: (event: RunEvent) => tell((reporter) => reporter.event(event)),
    async append(given: JournalEntry) {
      const entry = maskedEntry(hushedEntry(program, given), (text) => parts.redactor.mask(text));
      const line = await recording.append(entry);
      tell((reporter) => reporter.entry(line, state));
    },
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      tell((reporter) => reporter.close?.());
      await Promise.all([...reporters].map(async (reporter) => reporter.drain?.(parts.signal)));
    },
  };
}

/** `--reconnect-timeout`, else `unreachable: wait(…)`: nobody says it without meaning jobs too. */
function patience(
  options: ConnectionSource["options"],
  { rollout: { unreachable } }: Playbook,
): Partial<TransportLimits> {
  const seconds = options["reconnectTimeout"];
  if (typeof seconds === "number")
    return { readPatienceMs: seconds * 1000, jobPatienceMs: seconds * 1000 };
  if (typeof unreachable !== "object") return {};
  const { readPatienceMs, jobPatienceMs } = DEFAULT_LIMITS;
  return {
    readPatienceMs: Math.max(readPatienceMs, unreachable.waitMs),
    jobPatienceMs: Math.max(jobPatienceMs, unreachable.waitMs),
  };
}
