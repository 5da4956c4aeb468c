import { posix } from "node:path";
import { defineChanging, StepProblem, type StepTools } from "../../model/step.ts";
import type { HostReader } from "../../model/transport.ts";
import { sourceFile } from "../_file/controller-file.ts";
import { INLINE, look, type Looked } from "../_file/look.ts";
import { octal } from "../_file/mode.ts";
import {
  ABSOLUTE,
  BACKUP,
  GROUP,
  MODE,
  OWNER,
  VALIDATE,
  type OwnerParams,
} from "../_file/params.ts";
import {
  applyPut,
  checkPut,
  fileLeft,
  missingFolder,
  preparePut,
  sha256Of,
  type Wanted,
} from "../_file/put.ts";
import { undoFile, type FileRecord } from "../_file/record.ts";
import { readsFile } from "../_file/resources.ts";

interface Params extends OwnerParams {
  readonly src: string;
  readonly dest: string;
  readonly newline_sequence: "\n" | "\r" | "\r\n";
  readonly force: boolean;
  readonly follow: boolean;
  readonly backup: boolean;
  readonly validate?: string;
}

type Wish =
  | { readonly kind: "wanted"; readonly wanted: Wanted }
  | { readonly kind: "unknown"; readonly names: readonly string[] };

export const step = defineChanging<Params, FileRecord>({
  name: "template",
  summary: "Puts a rendered Jinja2 template on the host",
  description: `Renders a template of the controller with the variables of the host and puts the result in place as \`copy\` does: written beside the old
file, with its owner and mode, brought to disk, renamed. Undo puts the old file back.

A relative \`src\` is looked for in \`templates/\` beside the playbook, then beside the playbook. White space is treated as Ansible does: the
newline after a block tag is removed, the last newline of the file is kept.`,
  where: "host",
  idempotent: true,
  cancel: "safe",
  params: {
    src: {
      type: "string",
      required: true,
      minLength: 1,
      description: "The template on the controller.",
    },
    dest: {
      type: "string",
      required: true,
      pattern: ABSOLUTE,
      description:
        "Where to put it: a file, or a folder that gets a file of the same name as `src`.",
    },
    owner: OWNER,
    group: GROUP,
    mode: {
      ...MODE,
      description: `${MODE.description} \`preserve\` gives it the mode of \`src\`.`,
    },
    newline_sequence: {
      type: "string",
      enum: ["\n", "\r", "\r\n"],
      default: "\n",
      description: "How lines end in the result.",
    },
    force: {
      type: "boolean",
      default: true,
      description: "With `false`, a file that exists stays as it is, whatever it holds.",
    },
    follow: {
      type: "boolean",
      default: false,
      description: "Whether a symbolic link at `dest` is followed instead of being replaced.",
    },
    backup: BACKUP,
    validate: VALIDATE,
  },
  examples: [
    {
      title: "A configuration file",
      yaml: `- template: { src: pdns.conf.j2, dest: /etc/powerdns/pdns.conf, owner: root, group: pdns, mode: "0640" }
`,
    },
  ],
  reads: ({ dest }) => readsFile(dest),
  touches: ({ dest }) => [`file:${dest}`],
  async check(host, params, tools) {
    const wish = await wishOf(params, tools);
    if (wish.kind === "unknown") {
      return { kind: "unknown", why: `${wish.names.join(", ")} is not known yet` };
    }
    const looked = await lookAt(host, params, wish.wanted);
    if (!params.force && looked.now.kind !== "absent") return { kind: "satisfied" };
    const diagnostic = missingFolder(looked);
    if (diagnostic !== undefined && looked.obstacle === undefined) {
      return { kind: "blocked", diagnostic };
    }
    return checkPut(looked, wish.wanted);
  },
  async prepare(host, params, tools) {
    const wanted = await wantedOf(params, tools);
    return preparePut(host, await lookAt(host, params, wanted), wanted);
  },
  async apply(host, params, tools) {
    const wanted = await wantedOf(params, tools);
    return applyPut(host, await lookAt(host, params, wanted), wanted);
  },
  undo: (host, record, left) => undoFile(host, record, fileLeft(left)),
});

function lookAt(host: HostReader, params: Params, wanted: Wanted): Promise<Looked> {
  const { dest, src, follow, owner, group } = params;
  return look(host, {
    path: dest,
    follow,
    into: posix.basename(src),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    hash: true,
    bytes: { upTo: INLINE, unless: sha256Of(wanted.bytes) },
  });
}

async function wantedOf(params: Params, tools: StepTools): Promise<Wanted> {
  const wish = await wishOf(params, tools);
  if (wish.kind === "wanted") return wish.wanted;
  throw new StepProblem("failed", {
    code: "step/not-known-yet",
    severity: "error",
    summary: `${params.src} needs ${wish.names.join(", ")}, which is not known yet`,
  });
}

async function wishOf(params: Params, tools: StepTools): Promise<Wish> {
  const { src, owner, group, mode, validate, backup, newline_sequence: newline } = params;
  const source = await sourceFile(tools.files, "templates", src);
  const rendered = tools.render(textOf(source.bytes, source.path), source.path);
  switch (rendered.kind) {
    case "unknown":
      return { kind: "unknown", names: rendered.names };
    case "problem":
      throw new StepProblem("failed", rendered.diagnostic);
    case "omitted":
    case "rendered": {
      const text = rendered.kind === "rendered" ? rendered.value : "";
      const given = mode === "preserve" ? octal(source.mode) : mode;
      return {
        kind: "wanted",
        wanted: {
          ...(owner === undefined ? {} : { owner }),
          ...(group === undefined ? {} : { group }),
          ...(given === undefined ? {} : { mode: given }),
          ...(validate === undefined ? {} : { validate }),
          backup,
          bytes: new TextEncoder().encode(text.replaceAll(/\r\n|\r|\n/g, newline)),
        },
      };
    }
  }
}

function textOf(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new StepProblem("failed", {
      code: "step/not-text",
      severity: "error",
      summary: `${path} is not UTF-8 text`,
      hint: "Use `copy` for files that are not templates.",
    });
  }
}
