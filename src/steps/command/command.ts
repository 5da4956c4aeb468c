import { sh, type Command } from "../../model/command.ts";
import type { JsonObject } from "../../model/json.ts";
import { defineChanging, defineReading, type ReadingStep } from "../../model/step.ts";
import { ask, runJob } from "../ask.ts";
import {
  badParams,
  failedCommand,
  guarded,
  notRun,
  placed,
  readByGuards,
  timed,
  type RunParams,
} from "../_command/run.ts";
import { expandingWord } from "../_command/shell-word.ts";
import { splitWords } from "../_command/words.ts";

interface Params extends RunParams {
  readonly cmd?: string;
  readonly argv?: readonly string[];
  readonly expand_argument_vars: boolean;
}

const common: Omit<ReadingStep<Params, JsonObject>, "kind" | "observe" | "judge"> = {
  name: "command",
  summary: "Runs a program, without a shell",
  description: `Runs one program with its arguments; pipes, redirections and globs are plain text here, use \`shell\` for them.
It runs as a job that outlives the connection: after a lost connection or a crash it is followed on, never started again.

Nobody knows how to take a command back: give the task \`inverse:\`, or \`inverse: none\` where there is nothing to take
back. A command that only looks can be marked \`read_only: true\`; it then runs in plans too, and is a gate.`,
  where: "host",
  shorthand: "cmd",
  params: {
    cmd: {
      type: "string",
      description:
        "The program and its arguments in one text, split at white space; quotes keep words together.",
      examples: ["rec_control reload-zones"],
    },
    argv: {
      type: "array",
      items: { type: "string" },
      minItems: 1,
      description: "The program and its arguments as a list; nothing has to be quoted.",
    },
    chdir: { type: "string", description: "Change into this folder first." },
    creates: {
      type: "string",
      description:
        "A path or glob: where it exists, the command is not run and the task is satisfied.",
    },
    removes: {
      type: "string",
      description:
        "A path or glob: where it does not exist, the command is not run and the task is satisfied.",
    },
    stdin: { type: "string", description: "Written to the standard input of the command." },
    stdin_add_newline: {
      type: "boolean",
      default: true,
      description: "Whether a newline is added to `stdin`.",
    },
    expand_argument_vars: {
      type: "boolean",
      default: true,
      description:
        "Whether `$NAME`, `${NAME}` and a leading `~` in arguments are replaced on the host.",
    },
  },
  examples: [
    { title: "Run a program", yaml: "- command: pdns_control rediscover\n" },
    {
      title: "Only where its result is missing, with words that hold spaces",
      yaml: `- command:
    argv: [openssl, dhparam, -out, /etc/ssl/dh params.pem, "2048"]
    creates: /etc/ssl/dh params.pem
  inverse: none
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
    const argv = words(params);
    const why = await guarded(host, params);
    if (why !== undefined) return { kind: "satisfied", seen: notRun(argv, why) };
    const change = { what: "run", before: null, after: params.cmd ?? argv.join(" ") };
    return { kind: "pending", changes: [change], undo: { kind: "no-inverse" } };
  },
  async apply(host, params, tools) {
    const argv = words(params);
    const command = program(argv, params);
    const { answer, result } = await timed(tools, argv, () =>
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
    const argv = words(params);
    const why = await guarded(host, params);
    if (why !== undefined) return notRun(argv, why);
    const command = program(argv, params);
    const options = { timeoutMs: tools.timeoutMs };
    const { result } = await timed(tools, argv, () => ask(host, command, options));
    return { ...result, changed: false };
  },
  judge: (sightings) =>
    sightings.map(({ params, seen }) =>
      seen["rc"] === 0
        ? { kind: "holds" }
        : { kind: "fails", diagnostic: failedCommand(program(words(params), params), seen) },
    ),
});

function program(argv: readonly string[], params: Params): Command {
  const [first = "", ...rest] = argv;
  const one = (word: string) => (params.expand_argument_vars ? expandingWord(word) : sh`${word}`);
  return placed(
    rest.reduce((line, word) => sh`${line} ${one(word)}`, one(first)),
    params,
  );
}

function words(params: Params): readonly string[] {
  if (params.cmd !== undefined && params.argv !== undefined) {
    throw badParams("command takes `cmd` or `argv`, not both", "Remove one of the two.");
  }
  if (params.argv !== undefined) return params.argv;
  const split = splitWords(params.cmd ?? "");
  if (split.kind === "unfinished") {
    throw badParams(
      `the command line ends inside a${split.what === "escape" ? "n escape" : " quotation"}`,
      "Close the quotes, or give the words as a list with `argv:`.",
    );
  }
  if (split.words.length === 0) {
    throw badParams("no command given", "Say what to run: `command: uptime`.");
  }
  return split.words;
}
