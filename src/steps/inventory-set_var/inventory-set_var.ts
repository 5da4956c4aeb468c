import { createHash } from "node:crypto";
import { lineMap } from "../../lib/line-map.ts";
import { decodeUtf8 } from "../../lib/utf8.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { ControllerFiles } from "../../model/files.ts";
import type { Json } from "../../model/json.ts";
import {
  defineChanging,
  StepProblem,
  type Applied,
  type Check,
  type StepTools,
  type Undone,
} from "../../model/step.ts";
import { insertKey, setScalar, type EditableScalar } from "../../yaml/edit.ts";
import { entryOf } from "../../yaml/locate.ts";
import { composeOne, readYaml } from "../../yaml/read.ts";
import { isValueMap, type Value } from "../../model/value.ts";

export interface Params {
  readonly file: string;
  readonly path: string;
  readonly value: EditableScalar;
}

/** The operator's file as it was, to the byte; \`before\` is null where the variable was absent. */
export type Record = {
  /** Absolute. */
  readonly file: string;
  readonly before: Json;
  readonly bytes: string;
  readonly sha256: string;
  /** Of the file as this step leaves it. */
  readonly after: string;
};

export const step = defineChanging<Params, Record>({
  name: "inventory.set_var",
  summary: "Sets one variable in the operator's own variable file, byte for byte",
  description: `
When a run has changed what hosts are, the inventory must say so too, or the next ordinary play takes it back. This
edits one value in a variable file on this machine: comments, quotes, order and line ends stay. A variable that is not
there is added where its parents are. Relative paths are looked up beside the playbook, then beside the inventory.

The file is not committed to version control: that stays the operator's. Undo puts the old bytes back as long as nobody
has edited the file since.`.trim(),
  params: {
    file: {
      type: "string",
      required: true,
      description: "The variable file.",
      examples: ["group_vars/dns_auth.yml"],
    },
    path: {
      type: "string",
      required: true,
      description: "The variable, as a dotted path from the top of the file.",
      examples: ["powerdns_lightningstream_storage.options.global_prefix"],
    },
    value: {
      type: ["string", "number", "boolean"],
      required: true,
      description: "Its new value.",
    },
  },
  examples: [
    {
      title: "The prefix that the fleet now has",
      yaml: "inventory.set_var: { file: group_vars/dns_auth.yml, path: powerdns_lightningstream_storage.options.global_prefix, value: v6 }",
    },
  ],
  where: "controller",
  idempotent: true,
  cancel: "safe",
  reads: (params) => [`controller-file:${params.file}`],
  touches: (params) => [`controller-file:${params.file}`],
  check: async (_host, params, tools) => check(params, tools),
  apply: async (_host, params, tools) => apply(params, tools),
  undo: async (_host, record, left, tools) => undo(record, left, tools.files),
});

type Edit =
  | { readonly kind: "same"; readonly before: Json }
  | { readonly kind: "edited"; readonly before: Json; readonly bytes: Uint8Array }
  | { readonly kind: "refused"; readonly diagnostic: Diagnostic };

async function check(params: Params, tools: StepTools): Promise<Check<Record>> {
  const file = await read(params.file, tools.files);
  const edit = editOf(params, file);
  switch (edit.kind) {
    case "same":
      return { kind: "satisfied", seen: edit.before };
    case "refused":
      return { kind: "blocked", diagnostic: edit.diagnostic };
    case "edited": {
      const record: Record = {
        file: file.path,
        before: edit.before,
        bytes: Buffer.from(file.bytes).toString("base64"),
        sha256: sha256(file.bytes),
        after: sha256(edit.bytes),
      };
      return {
        kind: "pending",
        changes: [
          { what: `${file.path} ${params.path}`, before: edit.before, after: params.value },
        ],
        undo: { kind: "reversible", record },
      };
    }
  }
}

async function apply(params: Params, tools: StepTools): Promise<Applied> {
  const file = await read(params.file, tools.files);
  const edit = editOf(params, file);
  switch (edit.kind) {
    case "same":
      return { kind: "done", changed: false, after: { sha256: sha256(file.bytes) } };
    case "refused":
      return { kind: "failed", diagnostic: edit.diagnostic };
    case "edited": {
      const written = await tools.files.replace(file.path, edit.bytes);
      return written.kind === "written"
        ? { kind: "done", changed: true, after: { sha256: sha256(edit.bytes) } }
        : { kind: "failed", diagnostic: notWritten(file.path, written.reason) };
    }
  }
}

async function undo(
  record: Record,
  left: Json | undefined,
  files: ControllerFiles,
): Promise<Undone> {
  const file = await files.read(record.file);
  if (file.kind !== "bytes") {
    return { kind: "drifted", changes: [drift(record.file, "it is gone or cannot be read")] };
  }
  const now = sha256(file.bytes);
  if (now === record.sha256) return { kind: "already" };
  if (now !== (shaIn(left) ?? record.after)) {
    return { kind: "drifted", changes: [drift(record.file, "edited since")] };
  }
  const written = await files.replace(record.file, Buffer.from(record.bytes, "base64"));
  return written.kind === "written"
    ? { kind: "done" }
    : { kind: "failed", diagnostic: notWritten(record.file, written.reason) };
}

interface OperatorFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

async function read(file: string, files: ControllerFiles): Promise<OperatorFile> {
  const found = await files.read(file);
  switch (found.kind) {
    case "bytes":
      return found;
    case "absent":
      throw new StepProblem(
        "failed",
        problem(`${file} does not exist`, {
          hint: `It was looked for at ${found.path}. Relative paths are looked up beside the playbook, then beside the inventory.`,
        }),
      );
    case "unreadable":
      throw new StepProblem("failed", problem(`${found.path} cannot be read: ${found.reason}`, {}));
  }
}

function editOf(params: Params, file: OperatorFile): Edit {
  const decoded = decodeUtf8(file.bytes, file.path);
  const text = decoded.value;
  if (text === undefined) return refusedBy(decoded.problems, file.path);
  if (text.startsWith("$ANSIBLE_VAULT")) {
    return refused(`${file.path} is encrypted as a whole and is not edited`, {
      hint: "Keep variables that runbooks change in a file of their own that is not encrypted, or edit it with `runbook vault edit` and leave this task out.",
    });
  }
  const path = params.path.split(".");
  const read = readYaml(text, file.path, { duplicateKeys: "warning" });
  if (read.value === undefined) return refusedBy(read.problems, file.path);
  const root = composeOne({ text, file: file.path, lines: lineMap(text) }).value?.root;
  const found = entryOf(root, path);
  const value = valueAt(read.value.value, path);
  if (found.kind === "missing" && value !== undefined) {
    return refused(`${params.path} comes from an anchor or << in ${file.path}`, {
      hint: "Changing it would change other variables too. Edit the file by hand, or name the path where it is written.",
    });
  }
  if (typeof value === "string" && /\{[{%]/.test(value) && value !== params.value) {
    return refused(`${params.path} in ${file.path} is a template: ${value}`, {
      hint: "Name the variable that the template takes it from.",
    });
  }
  const before = value === undefined ? null : asJson(value);
  if (value === params.value) return { kind: "same", before };
  const outcome =
    found.kind === "found"
      ? setScalar(text, path, params.value, { file: file.path })
      : insertKey(text, path, params.value, { file: file.path });
  if (outcome.value === undefined) return refusedBy(outcome.problems, file.path);
  const changed = typeof outcome.value === "string" ? outcome.value : outcome.value.text;
  return { kind: "edited", before, bytes: new TextEncoder().encode(changed) };
}

function valueAt(root: Value, path: readonly string[]): Value | undefined {
  let value: Value | undefined = root;
  for (const part of path) value = isValueMap(value) ? value[part] : undefined;
  return value;
}

function asJson(value: Value): Json {
  return value === null || typeof value === "boolean" || typeof value === "number"
    ? value
    : typeof value === "string"
      ? value
      : "(not a plain value)";
}

function refusedBy(problems: readonly Diagnostic[], path: string): Edit {
  const [first] = problems;
  return first === undefined
    ? refused(`${path} cannot be edited`, { hint: "Edit it by hand." })
    : { kind: "refused", diagnostic: first };
}

function refused(summary: string, more: { readonly hint: string }): Edit {
  return { kind: "refused", diagnostic: problem(summary, more) };
}

function notWritten(path: string, reason: string): Diagnostic {
  return problem(`${path} cannot be written: ${reason}`, {
    hint: "It is as it was. Set the variable by hand, or the next ordinary play takes the change back.",
  });
}

function problem(summary: string, more: { readonly hint?: string }): Diagnostic {
  return { code: "step/inventory-file", severity: "error", summary, ...more };
}

function drift(path: string, after: string) {
  return { what: path, before: "as this run left it", after };
}

function shaIn(left: Json | undefined): string | undefined {
  if (typeof left !== "object" || left === null || !("sha256" in left)) return undefined;
  const sha = left["sha256"];
  return typeof sha === "string" ? sha : undefined;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
