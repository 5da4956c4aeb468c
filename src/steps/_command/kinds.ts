// The two kinds in which a command comes: one that changes something, and one whose author promises that it does not.
import type { Command } from "../../model/command.ts";
import type { Json, JsonObject } from "../../model/json.ts";
import {
  defineChanging,
  defineReading,
  type ChangingStep,
  type ReadingStep,
} from "../../model/step.ts";
import { ask, runJob } from "../ask.ts";
import { failedCommand, guarded, notRun, readByGuards, timed, type RunParams } from "./run.ts";

type Page<P extends RunParams> = Omit<
  ReadingStep<P, JsonObject>,
  "kind" | "observe" | "judge" | "reads" | "where"
>;

/** What one task runs. `cmd` is what is registered as such, `shown` what a plan says of it. */
export interface Call {
  readonly command: Command;
  readonly cmd: Json;
  readonly shown: string;
}

/** Both kinds of a step that runs something. `callOf` throws a StepProblem where the parameters make no command. */
export function runsCommands<P extends RunParams>(
  page: Page<P>,
  callOf: (params: P) => Call,
): { readonly changing: ChangingStep<P, never>; readonly reading: ReadingStep<P, JsonObject> } {
  return { changing: changing(page, callOf), reading: reading(page, callOf) };
}

function changing<P extends RunParams>(
  page: Page<P>,
  callOf: (params: P) => Call,
): ChangingStep<P, never> {
  return defineChanging<P, never>({
    ...page,
    where: "host",
    idempotent: false,
    cancel: "safe",
    reads: (params) => readByGuards(params),
    touches: () => ["*"],
    async check(host, params) {
      const { cmd, shown } = callOf(params);
      const why = await guarded(host, params);
      if (why !== undefined) return { kind: "satisfied", seen: notRun(cmd, why) };
      const change = { what: "run", before: null, after: shown };
      return { kind: "pending", changes: [change], undo: { kind: "no-inverse" } };
    },
    async apply(host, params, tools) {
      const { command, cmd } = callOf(params);
      const { answer, result } = await timed(tools, cmd, () =>
        runJob(host, command, { name: "main", cancel: "safe", timeoutMs: tools.timeoutMs }),
      );
      if (answer.code === 0) return { kind: "done", changed: true, after: null, result };
      return { kind: "failed", diagnostic: failedCommand(command, result), result };
    },
    undo: async () => ({ kind: "already" }),
  });
}

function reading<P extends RunParams>(
  page: Page<P>,
  callOf: (params: P) => Call,
): ReadingStep<P, JsonObject> {
  return defineReading<P, JsonObject>({
    ...page,
    where: "host",
    reads: () => ["*"],
    async observe(host, params, tools) {
      const { command, cmd } = callOf(params);
      const why = await guarded(host, params);
      if (why !== undefined) return notRun(cmd, why);
      const options = { timeoutMs: tools.timeoutMs };
      const { result } = await timed(tools, cmd, () => ask(host, command, options));
      return { ...result, changed: false };
    },
    judge: (sightings) =>
      sightings.map(({ params, seen }) =>
        seen["rc"] === 0
          ? { kind: "holds" }
          : { kind: "fails", diagnostic: failedCommand(callOf(params).command, seen) },
      ),
  });
}
