import { sh, type Command } from "../../model/command.ts";
import { runsCommands } from "../_command/kinds.ts";
import { RUN_PARAMS } from "../_command/params.ts";
import { badParams, placed, type RunParams } from "../_command/run.ts";
import { expandingWord } from "../_command/shell-word.ts";
import { splitWords } from "../_command/words.ts";

interface Params extends RunParams {
  readonly cmd?: string;
  readonly argv?: readonly string[];
  readonly expand_argument_vars: boolean;
}

const kinds = runsCommands<Params>(
  {
    name: "command",
    summary: "Runs a program, without a shell",
    description: `Runs one program with its arguments; pipes, redirections and globs are plain text here, use \`shell\` for them.
It runs as a job that outlives the connection: after a lost connection or a crash it is followed on, never started again.

Nobody knows how to take a command back: give the task \`inverse:\`, or \`inverse: none\` where there is nothing to take
back. A command that only looks can be marked \`read_only: true\`; it then runs in plans too, and is a gate.`,
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
      ...RUN_PARAMS,
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
  },
  (params) => {
    const argv = words(params);
    return {
      command: program(argv, params),
      cmd: argv,
      shown: params.cmd ?? argv.join(" "),
    };
  },
);

export const step = kinds.changing;

/** The same with the author's promise that it changes nothing: `read_only: true`. */
export const readOnly = kinds.reading;

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
