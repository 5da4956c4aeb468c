/** What the acting half of the engine is handed: everything that reaches out, as interfaces of the model. */
import type { Clock } from "../model/clock.ts";
import type { Diagnostic, Outcome } from "../model/diagnostic.ts";
import type { DnsClient } from "../model/dns.ts";
import type { RunEvent } from "../model/event.ts";
import type { Facts } from "../model/facts.ts";
import type { ControllerFiles } from "../model/files.ts";
import type { HostId } from "../model/ids.ts";
import type { JournalEntry } from "../model/journal-entry.ts";
import type { JsonObject } from "../model/json.ts";
import type { Task } from "../model/playbook.ts";
import type { Renderer } from "../model/rendering.ts";
import type { RunState } from "../model/run-state.ts";
import type { AnyStep, StepRegistry } from "../model/step.ts";
import type { HostReader, Transport } from "../model/transport.ts";
import type { Program } from "./program.ts";

/** The parts that stay the same for a whole run. */
export interface Equipment {
  readonly transport: Transport;
  readonly steps: StepRegistry;
  /** Reading variants of `command` and `shell`, for tasks with `read_only: true`. */
  readonly readOnlySteps: StepRegistry;
  readonly renderer: Renderer;
  readonly dns: DnsClient;
  readonly files: ControllerFiles;
  readonly clock: Clock;
  /** Validates rendered parameters against the step's schema and fills in defaults. */
  checkParams(step: AnyStep, params: JsonObject, task: Task): Outcome<JsonObject>;
  gatherFacts(host: HostReader): Promise<Facts>;
  emit(event: RunEvent): void;
}

/** A run that is being worked on. */
export interface Running extends Equipment {
  readonly program: Program;
  readonly state: RunState;
  /** Who works on it now; `spec.who` is who began it. */
  readonly who: string;
  /** Resolves when the entry is on disk and folded into `state`. */
  append(entry: JournalEntry): Promise<void>;
  /** Aborted at the third interrupt, or when the journal fails. */
  readonly signal: AbortSignal;
  /** Facts of each host, gathered at most once. */
  readonly factsOf: Map<HostId, Promise<Facts>>;
  /** How a question is put to people; undefined: nobody can answer. */
  ask?(question: Question): Promise<string | undefined>;
}

/** A question with the answer that stands when nobody gives one. */
export interface Question {
  readonly about: string;
  readonly text: string;
  readonly choices: readonly string[];
  readonly fallback: string;
}

export function problem(code: Diagnostic["code"], summary: string, hint?: string): Diagnostic {
  return { code, severity: "error", summary, ...(hint !== undefined && { hint }) };
}
