import { posix } from "node:path";
import { defineChanging, StepProblem, type StepTools } from "../../model/step.ts";
import type { HostReader } from "../../model/transport.ts";
import { sourceFile } from "../_file/controller-file.ts";
import type { Looked } from "../_file/look.ts";
import {
  checkPlaced,
  DEST,
  lookAtDest,
  PLACED_ATTRIBUTES,
  PLACED_MANNER,
  wantedAt,
  type PlacedParams,
} from "../_file/placed.ts";
import { applyPut, fileLeft, preparePut, type Wanted } from "../_file/put.ts";
import { undoFile, type FileRecord } from "../_file/record.ts";
import { readsFile } from "../_file/resources.ts";

interface Params extends PlacedParams {
  readonly src: string;
  readonly newline_sequence: "\n" | "\r" | "\r\n";
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
    dest: DEST,
    ...PLACED_ATTRIBUTES,
    newline_sequence: {
      type: "string",
      enum: ["\n", "\r", "\r\n"],
      default: "\n",
      description: "How lines end in the result.",
    },
    ...PLACED_MANNER,
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
    return checkPlaced(looked, wish.wanted, params.force);
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
  return lookAtDest(host, params, wanted, posix.basename(params.src));
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
  const { src, newline_sequence: newline } = params;
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
      const bytes = new TextEncoder().encode(text.replaceAll(/\r\n|\r|\n/g, newline));
      return { kind: "wanted", wanted: wantedAt(params, bytes, source.mode) };
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
