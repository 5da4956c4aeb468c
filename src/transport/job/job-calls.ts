import { lineToRun, quote, type Command } from "../../model/command.ts";
import type { RunId } from "../../model/ids.ts";
import type { JobOptions, JobScope } from "../../model/transport.ts";
import { writePayload } from "../shell/payload.ts";
import { jobStem, runPrefix, scopePrefix, unitName } from "./job-stem.ts";

/** Lines of shell that call the functions of job-script.ts. */
export const jobCalls = {
  /** Starts the job, or attaches to it. Returns at once; the watcher says the end as an event with this id. */
  start(id: number, scope: JobScope, command: Command, options: JobOptions): string {
    const stem = jobStem(scope, options.name);
    const fencing =
      scope.fencing === undefined
        ? "- - -"
        : `${scope.lock ?? "shared"} ${quote(scope.run)} ${String(scope.fencing)}`;
    // What must not be killed half way gets a unit of its own, out of reach of logind; the rest starts faster without.
    const home = options.cancel === "leave" ? "unit" : "session";
    const words = [stem, options.name, lineToRun(command)].map(quote).join(" ");
    // Said last by the watcher however it ends; heard only when it could not say anything better.
    const over = `trap '_say ${id} "over -"' EXIT`;
    const kind = command.isProgram === true ? "program" : "script";
    const call = `_j ${id} ${words} ${home} ${unitName(stem)} ${kind} ${fencing} ${quote(scope.boot ?? "-")}`;
    if (command.stdin === undefined) return `{ ${over}; ${call} 3</dev/null; } 2>/dev/null &`;
    const bytes = "reveal" in command.stdin ? command.stdin.reveal() : command.stdin;
    return `{ ${writePayload(bytes, true)} | { ${over}; ${call} 3<&0; }; } 2>/dev/null &`;
  },
  standing: (scope: JobScope, name: string): string => `_standing ${stemOf(scope, name)}`,
  output: (scope: JobScope, name: string, stream: "stdout" | "stderr"): string =>
    `_output ${stemOf(scope, name)} ${stream}`,
  cancel: (scope: JobScope, name: string, graceMs: number): string =>
    `_cancel ${stemOf(scope, name)} ${Math.max(1, Math.ceil(graceMs / 100))}`,
  names: (scope: JobScope): string => `_names ${quote(scopePrefix(scope))}`,
  ofRun: (run: RunId): string => `_of_run ${quote(runPrefix(run))}`,
  forgetRun: (run: RunId): string => `_forget ${quote(runPrefix(run))}; echo end`,
  forget: (prefixes: readonly string[]): string => `_forget ${prefixes.map(quote).join(" ")}`,
};

function stemOf(scope: JobScope, name: string): string {
  return quote(jobStem(scope, name));
}
