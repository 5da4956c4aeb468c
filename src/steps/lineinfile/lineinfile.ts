import { dirname } from "node:path/posix";
import { defineChanging, StepProblem } from "../../model/step.ts";
import type { HostReader } from "../../model/transport.ts";
import { badParams } from "../_command/run.ts";
import { look, type Looked } from "../_file/look.ts";
import {
  ABSOLUTE,
  BACKUP,
  GROUP,
  MODE,
  OWNER,
  VALIDATE,
  type OwnerParams,
} from "../_file/params.ts";
import { applyPut, checkPut, fileLeft, preparePut, wrong, type Wanted } from "../_file/put.ts";
import { leftOf, undoFile, type FileRecord } from "../_file/record.ts";
import { makesFolders, readsFile } from "../_file/resources.ts";
import { withLine, withoutLine, type LineEdit } from "./edit.ts";
import { pythonRegExp } from "./python-regexp.ts";

interface Params extends OwnerParams {
  readonly path: string;
  readonly line?: string | number;
  readonly regexp?: string;
  readonly search_string?: string;
  readonly state: "present" | "absent";
  readonly insertafter?: string;
  readonly insertbefore?: string;
  readonly backrefs: boolean;
  readonly firstmatch: boolean;
  readonly create: boolean;
  readonly backup: boolean;
  readonly validate?: string;
}

/** Larger files are not made of lines that somebody keeps by hand. */
const LARGEST = 4 * 1024 * 1024;

export const step = defineChanging<Params, FileRecord>({
  name: "lineinfile",
  summary: "Sees to it that a line is in a file, or is not",
  description: `Replaces the line that a regular expression finds, or adds the line where it is missing; with \`state: absent\` takes all such lines
out. The rules are Ansible's: the last match counts unless \`firstmatch\` is set, a line that is there already is not added twice, and a place
to insert at that is not found means the end of the file. Regular expressions are Python's; every line is looked at together with its end.

The file is replaced in one rename and its other bytes stay as they are. A symbolic link is followed, unless root would follow one that
belongs to somebody else.`,
  where: "host",
  idempotent: true,
  cancel: "safe",
  params: {
    path: { type: "string", required: true, pattern: ABSOLUTE, description: "The file." },
    line: { type: ["string", "number"], description: "The line, without its end." },
    regexp: {
      type: "string",
      minLength: 1,
      description: "A Python regular expression that finds the line to replace or to take out.",
    },
    search_string: {
      type: "string",
      minLength: 1,
      description: "A text that the line to replace or to take out contains, instead of `regexp`.",
    },
    state: {
      type: "string",
      enum: ["present", "absent"],
      default: "present",
      description: "Whether the line has to be there.",
    },
    insertafter: {
      type: "string",
      description:
        "Where a new line goes: after the last line that this expression finds, or `EOF` or `BOF`. Default EOF.",
    },
    insertbefore: {
      type: "string",
      description:
        "Where a new line goes: before the last line that this expression finds, or `BOF`.",
    },
    backrefs: {
      type: "boolean",
      default: false,
      description:
        "Whether `\\1` and `\\g<name>` in `line` stand for groups of `regexp`; without a match nothing changes.",
    },
    firstmatch: {
      type: "boolean",
      default: false,
      description: "Whether the first match counts instead of the last.",
    },
    create: {
      type: "boolean",
      default: false,
      description: "Whether a missing file is made, with its folders.",
    },
    owner: OWNER,
    group: GROUP,
    mode: MODE,
    backup: BACKUP,
    validate: VALIDATE,
  },
  examples: [
    {
      title: "One setting, wherever it stands",
      yaml: `- lineinfile:
    path: /etc/ssh/sshd_config
    regexp: ^#?PermitRootLogin\\s
    line: PermitRootLogin no
    validate: /usr/sbin/sshd -t -f %s
`,
    },
    {
      title: "A line that must not be there",
      yaml: "- lineinfile: { path: /etc/apt/sources.list, search_string: auth-51, state: absent }\n",
    },
  ],
  reads: ({ path }) => readsFile(path),
  touches: ({ path, create }) => [`file:${path}`, ...(create ? makesFolders(dirname(path)) : [])],
  async check(host, params) {
    const looked = await lookAt(host, params);
    if (looked.now.kind === "absent" && params.state === "absent") return { kind: "satisfied" };
    if (looked.now.kind === "absent" && !params.create && looked.obstacle === undefined) {
      const hint = "Make it with `create: true`, or install what brings it first.";
      const diagnostic = wrong("no-file", `${params.path} does not exist`, hint);
      return { kind: "blocked", diagnostic };
    }
    return checkPut(looked, wantedOf(looked, params));
  },
  async prepare(host, params) {
    const looked = await lookAt(host, params);
    return preparePut(host, looked, wantedOf(looked, params));
  },
  async apply(host, params) {
    const looked = await lookAt(host, params);
    if (looked.now.kind === "absent" && params.state === "absent") {
      return { kind: "done", changed: false, after: leftOf(looked) };
    }
    return applyPut(host, looked, wantedOf(looked, params));
  },
  undo: (host, record, left) => undoFile(host, record, fileLeft(left)),
});

function lookAt(host: HostReader, { path, owner, group }: Params): Promise<Looked> {
  return look(host, {
    path,
    follow: true,
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    hash: true,
    bytes: { upTo: LARGEST },
  });
}

function wantedOf(looked: Looked, params: Params): Wanted {
  const { owner, group, mode, validate, backup } = params;
  const edit = editOf(params);
  const text = textOf(looked);
  const { line } = edit;
  const after =
    params.state === "absent"
      ? withoutLine(text, edit)
      : line === undefined
        ? missingLine()
        : withLine(text, { ...edit, line });
  return {
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    ...(mode === undefined ? {} : { mode }),
    ...(validate === undefined ? {} : { validate }),
    backup,
    bytes: Buffer.from(after, "latin1"),
  };
}

function textOf({ now, path }: Looked): string {
  if (now.kind !== "file") return "";
  if (now.bytes !== undefined) return Buffer.from(now.bytes, "base64").toString("latin1");
  throw new StepProblem(
    "failed",
    wrong("too-large", `${path} has ${now.size} bytes, too many for lineinfile`),
  );
}

function editOf(params: Params): LineEdit {
  const { line, regexp, search_string, insertafter, insertbefore, state } = params;
  if (regexp !== undefined && search_string !== undefined) {
    throw badParams("lineinfile takes `regexp` or `search_string`, not both", "Remove one.");
  }
  if (insertafter !== undefined && insertbefore !== undefined) {
    throw badParams("lineinfile takes `insertafter` or `insertbefore`, not both", "Remove one.");
  }
  if (params.backrefs && regexp === undefined) {
    throw badParams("`backrefs` needs a `regexp` to refer to", "Add `regexp`.");
  }
  const find = regexp === undefined ? search_string : undefined;
  if (state === "absent" && line === undefined && regexp === undefined && find === undefined) {
    throw badParams(
      "lineinfile does not know which line",
      "Add `regexp`, `search_string` or `line`.",
    );
  }
  const found =
    regexp === undefined ? (find === undefined ? undefined : bytesOf(find)) : expression(regexp);
  return {
    ...(line === undefined ? {} : { line: bytesOf(String(line)) }),
    ...(found === undefined ? {} : { find: found }),
    backrefs: params.backrefs,
    firstMatch: params.firstmatch,
    where: placeOf(insertafter, insertbefore),
  };
}

function placeOf(after: string | undefined, before: string | undefined): LineEdit["where"] {
  if (before === "BOF" || after === "BOF") return { side: "before", at: "start" };
  if (before !== undefined) return { side: "before", at: expression(before) };
  const at = after === undefined || after === "EOF" ? "end" : expression(after);
  return { side: "after", at };
}

function expression(pattern: string): RegExp {
  try {
    return pythonRegExp(bytesOf(pattern));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw badParams(`"${pattern}" is not a regular expression: ${why}`, "Correct the expression.");
  }
}

/** One character per byte, so that any file comes back as it was. */
function bytesOf(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

function missingLine(): never {
  throw badParams("`line` is missing", "Say which line has to be there.");
}
