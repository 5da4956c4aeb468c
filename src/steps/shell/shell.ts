import { sh } from "../../model/command.ts";
import { runsCommands } from "../_command/kinds.ts";
import { RUN_PARAMS } from "../_command/params.ts";
import { placed, type RunParams } from "../_command/run.ts";

interface Params extends RunParams {
  readonly cmd: string;
  readonly executable: string;
}

const kinds = runsCommands<Params>(
  {
    name: "shell",
    summary: "Runs a command line in a shell",
    description: `Hands the text to a shell on the host, with pipes, redirections and variables. Values from templates are part of that
text: pass them through the \`quote\` filter. It runs as a job that outlives the connection: after a lost connection or a crash
it is followed on, never started again.

Nobody knows how to take it back: give the task \`inverse:\`, or \`inverse: none\` where there is nothing to take back. A
line that only looks can be marked \`read_only: true\`; it then runs in plans too, and is a gate.`,
    shorthand: "cmd",
    params: {
      cmd: { type: "string", required: true, minLength: 1, description: "The text for the shell." },
      executable: {
        type: "string",
        default: "/bin/sh",
        description: "The shell to use, by its absolute path.",
        examples: ["/bin/bash"],
      },
      ...RUN_PARAMS,
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
  },
  (params) => ({
    command: placed(sh`${params.executable} -c ${params.cmd}`, params),
    cmd: params.cmd,
    shown: params.cmd,
  }),
);

export const step = kinds.changing;

/** The same with the author's promise that it changes nothing: `read_only: true`. */
export const readOnly = kinds.reading;
