import { posix } from "node:path";
import { sh } from "../../model/command.ts";
import { defineChanging, StepProblem, type StepTools } from "../../model/step.ts";
import type { HostReader } from "../../model/transport.ts";
import { badParams } from "../_command/run.ts";
import { demand } from "../ask.ts";
import { sourceFile } from "../_file/controller-file.ts";
import { look, type Looked } from "../_file/look.ts";
import {
  checkPlaced,
  DEST,
  lookAtDest,
  PLACED_ATTRIBUTES,
  PLACED_MANNER,
  wantedAt,
  type PlacedParams,
} from "../_file/placed.ts";
import { applyPut, fileLeft, preparePut, wrong, type Wanted } from "../_file/put.ts";
import { undoFile, type FileRecord } from "../_file/record.ts";
import { readsFile } from "../_file/resources.ts";

interface Params extends PlacedParams {
  readonly src?: string;
  readonly content?: string | number | boolean | object;
  readonly remote_src: boolean;
}

export const step = defineChanging<Params, FileRecord>({
  name: "copy",
  summary: "Puts a file on the host",
  description: `Puts a file of the controller, a file that is on the host already, or a text in place. The new file is written beside the
old one, with its owner and mode, brought to disk, and then renamed: readers see the old file or the new one, also after a power cut.

A relative \`src\` is looked for in \`files/\` beside the playbook, then beside the playbook. Folders are not copied: use a loop
over files. The old file is kept: in the journal up to 64 KiB, on the host in /var/lib/runbook/records (\`~/.runbook/records\`
without root) beyond. Extended attributes of the old file are not carried over; a symbolic link is replaced unless \`follow\` says
otherwise, and root never follows a link that belongs to somebody else.`,
  where: "host",
  idempotent: true,
  cancel: "safe",
  params: {
    dest: DEST,
    src: {
      type: "string",
      minLength: 1,
      description: "The file on the controller; with `remote_src` an absolute path on the host.",
    },
    content: {
      type: ["string", "number", "boolean", "object"],
      description:
        "What the file has to hold, instead of `src`. What is not text is written as JSON.",
    },
    remote_src: { type: "boolean", default: false, description: "Whether `src` is on the host." },
    ...PLACED_ATTRIBUTES,
    ...PLACED_MANNER,
  },
  examples: [
    {
      title: "A file from the controller",
      yaml: `- copy: { src: pdns.conf, dest: /etc/powerdns/pdns.conf, owner: root, group: pdns, mode: "0640" }
`,
    },
    {
      title: "A text, judged before it is used",
      yaml: `- copy:
    dest: /etc/sudoers.d/ops
    content: |
      %ops ALL=(ALL) NOPASSWD: ALL
    mode: "0440"
    validate: /usr/sbin/visudo -cf %s
`,
    },
  ],
  reads: ({ dest, src, remote_src }) =>
    remote_src && src !== undefined ? [...readsFile(dest), ...readsFile(src)] : readsFile(dest),
  touches: ({ dest }) => [`file:${dest}`],
  async check(host, params, tools) {
    const wanted = await wantedOf(host, params, tools);
    const looked = await lookAt(host, params, wanted);
    return checkPlaced(looked, wanted, params.force);
  },
  async prepare(host, params, tools) {
    const wanted = await wantedOf(host, params, tools);
    return preparePut(host, await lookAt(host, params, wanted), wanted);
  },
  async apply(host, params, tools) {
    const wanted = await wantedOf(host, params, tools);
    return applyPut(host, await lookAt(host, params, wanted), wanted);
  },
  undo: (host, record, left) => undoFile(host, record, fileLeft(left)),
});

function lookAt(host: HostReader, params: Params, wanted: Wanted): Promise<Looked> {
  const { dest, src } = params;
  if (src === undefined && dest.endsWith("/")) {
    throw badParams(`${dest} is a folder, and \`content\` has no name`, "Name the file.");
  }
  const into = src === undefined ? undefined : posix.basename(src);
  return lookAtDest(host, params, wanted, into);
}

async function wantedOf(host: HostReader, params: Params, tools: StepTools): Promise<Wanted> {
  const { bytes, mode } = await bytesOf(host, params, tools);
  return wantedAt(params, bytes, mode);
}

async function bytesOf(
  host: HostReader,
  { src, content, remote_src }: Params,
  tools: StepTools,
): Promise<{ readonly bytes: Uint8Array; readonly mode?: number }> {
  if (src === undefined) {
    if (content === undefined) {
      throw badParams("copy needs `src` or `content`", "Say what the file has to hold.");
    }
    const text = typeof content === "string" ? content : JSON.stringify(content);
    return { bytes: new TextEncoder().encode(text) };
  }
  if (content !== undefined)
    throw badParams("copy takes `src` or `content`, not both", "Remove one.");
  if (!remote_src) return sourceFile(tools.files, "files", src);
  if (!src.startsWith("/")) {
    throw badParams("with `remote_src`, `src` is an absolute path on the host", "Name it in full.");
  }
  const remote = await look(host, { path: src, follow: true });
  if (remote.now.kind !== "file") {
    const what = remote.now.kind === "absent" ? "does not exist" : "is not a file";
    throw new StepProblem("failed", wrong("no-source", `${src} on the host ${what}`));
  }
  const { bytes } = await demand(host, sh`cat -- ${src}`);
  return { bytes, mode: remote.now.mode };
}
