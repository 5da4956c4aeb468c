import { sh, type Command } from "../../model/command.ts";
import type { JsonObject } from "../../model/json.ts";
import { defineChanging, defineReading, type ReadingStep } from "../../model/step.ts";
import { ask, runJob } from "../ask.ts";
import {
  failedCommand,
  guarded,
  notRun,
  placed,
  readByGuards,
  timed,
  type RunParams,
} from "../_command/run.ts";

interface Params extends RunParams {
  readonly cmd: string;
  readonly executable: string;
}

const common: Omit<ReadingStep<Params, JsonObject>, "kind" | "observe" | "judge"> = {
  name: "shell",
  summary: "Runs a command line in a shell",
  description: `Hands the text to a shell on the host, with pipes, redirections and variables. Values from templates are part of that
text: pass them through the \`quote\` filter. It runs as a job that outlives the connection: after a lost connection or a crash
it is followed on, never started again.

Nobody knows how to take it back: give the task \`inverse:\`, or \`inverse: none\` where there is nothing to take back. A
line that only looks can be marked \`read_only: true\`; it then runs in plans too, and is a gate.`,
  where: "host",
  shorthand: "cmd",
  params: {
    cmd: { type: "string", required: true, minLength: 1, description: "The text for the shell." },
    executable: {
      type: "string",
      default: "/bin/sh",
      description: "The shell to use, by its absolute path.",
      examples: ["/bin/bash"],
    },
    chdir: { type: "string", description: "Change into this folder first." },
    creates: {
      type: "string",
      description:
        "A path or glob: where it exists, the line is not run and the task is satisfied.",
    },
    removes: {
      type: "string",
      description:
        "A path or glob: where it does not exist, the line is not run and the task is satisfied.",
    },
    stdin: { type: "string", description: "Written to the standard input of the shell." },
    stdin_add_newline: {
      type: "boolean",
      default: true,
      description: "Whether a newline is added to `stdin`.",
    },
  },
  examples: [
    {
      title: "A pipe",
      yaml: `- shell: pdnsutil list-all-zones | sort > /root/zones.txt
  inverse: none
`,
    },
    {
      title: "As a gate that changes nothing",
      yaml: `- shell: test "$(systemctl is-system-running)" = running
  read_only: true
  wait: 1m
`,
    },
  ],
  reads: (params) => readByGuards(params),
};

export const step = defineChanging<Params, never>({
  ...common,
  idempotent: false,
  cancel: "safe",
  touches: () => ["*"],
  async check(host, params) {
    const why = await guarded(host, params);
    if (why !== undefined) return { kind: "satisfied", seen: notRun(params.cmd, why) };
    const change = { what: "run", before: null, after: params.cmd };
    return { kind: "pending", changes: [change], undo: { kind: "no-inverse" } };
  },
  async apply(host, params, tools) {
    const command = line(params);
    const { answer, result } = await timed(tools, params.cmd, () =>
      runJob(host, command, { name: "main", cancel: "safe", timeoutMs: tools.timeoutMs }),
    );
    if (answer.code === 0) return { kind: "done", changed: true, after: null, result };
    return { kind: "failed", diagnostic: failedCommand(command, result), result };
  },
  undo: async () => ({ kind: "already" }),
});

/** The same with the author's promise that it changes nothing: `read_only: true`. */
export const readOnly = defineReading<Params, JsonObject>({
  ...common,
  reads: () => ["*"],
  async observe(host, params, tools) {
    const why = await guarded(host, params);
    if (why !== undefined) return notRun(params.cmd, why);
    const options = { timeoutMs: tools.timeoutMs };
    const { result } = await timed(tools, params.cmd, () => ask(host, line(params), options));
    return { ...result, changed: false };
  },
  judge: (sightings) =>
    sightings.map(({ params, seen }) =>
      seen["rc"] === 0
        ? { kind: "holds" }
        : { kind: "fails", diagnostic: failedCommand(line(params), seen) },
    ),
});

function line(params: Params): Command {
  return placed(sh`${params.executable} -c ${params.cmd}`, params);
}
