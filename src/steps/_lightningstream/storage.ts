import { secret, sh, withStdin, type Command } from "../../model/command.ts";
import { StepProblem } from "../../model/step.ts";
import type { HostReader } from "../../model/transport.ts";
import { schemaInLine } from "../_lmdb/schema-on-disk.ts";
import { ask, type Answer } from "../ask.ts";
import { edited } from "./edit-config.ts";
import { expandEnvironment } from "./expand-env.ts";
import type { LightningStreamSeen } from "./look.ts";
import { StorageSilent } from "./shared-silence.ts";

/** One prefix of the storage that a host's Lightning Stream uses, seen with the host's own program and credentials. */
export interface StorageView {
  /** The host's configuration, with this prefix in place of its own and without its environment. Holds secrets. */
  readonly config: string;
  readonly prefix: string;
}

/** `current` is the prefix of the host itself, null the root. Throws for storage that has no prefixes. */
export function viewOf(
  stream: LightningStreamSeen,
  file: string,
  prefix: string | null,
): StorageView {
  const own = stream.config.prefix ?? "";
  const wanted = prefix === "current" ? own : (prefix ?? "");
  const plain = expandEnvironment(stream.text, stream.environment);
  if (wanted === own) return { config: plain, prefix: own };
  if (["fs", "memory"].includes(stream.config.storage)) {
    throw new StepProblem("failed", {
      code: "step/no-prefix",
      severity: "error",
      summary: `storage of type ${stream.config.storage} has no prefixes, so ${wanted} cannot be looked into`,
      hint: "With file storage schemas are kept apart by `root_path`.",
    });
  }
  const key = "storage.options.global_prefix";
  const changed = edited(plain, file, { [key]: wanted === "" ? null : wanted });
  const [problem] = changed.problems;
  if (changed.value === undefined) {
    throw new StepProblem(
      "failed",
      problem ?? { code: "step/no-prefix", severity: "error", summary: `${file} has no storage` },
    );
  }
  return { config: changed.value, prefix: wanted };
}

const SECONDS = 20;
const TIMED_OUT = 75;

/** Names of all objects of the prefix, as the host lists them; the prefix itself is not part of them. */
export async function listObjects(host: HostReader, view: StorageView): Promise<readonly string[]> {
  const list = withConfig(view, sh`snapshots list`);
  const answer = await ask(host, given(view, sh`config=$(cat); ${list}`));
  if (answer.code !== 0) throw notListed(answer);
  return answer.out.split("\n").filter((line) => line !== "");
}

/** The schema version inside each of these snapshots; null where it cannot be read, because it is gone for example. */
export async function schemasInside(
  host: HostReader,
  view: StorageView,
  names: readonly string[],
): Promise<readonly (number | null)[]> {
  const dump = withConfig(view, sh`snapshots dump -d pdns -- "$name"`);
  const each = sh`for name in ${names}; do echo "== $name"; ${dump} 2>/dev/null | sed -n '/^schemaversion /p'; done`;
  const answer = await ask(host, given(view, sh`config=$(cat); ${each}`), {
    timeoutMs: (SECONDS + 5) * 1000 * names.length,
  });
  const parts = answer.out.split(/^== /m).slice(1);
  return names.map((name) => {
    const part = parts.find((one) => one.startsWith(`${name}\n`));
    return schemaInLine(part?.slice(name.length + 1) ?? "") ?? null;
  });
}

/**
 * The configuration goes by standard input and a pipe, never into a file. Lightning Stream expands every dollar sign in
 * it, and has no escape: a variable that holds a dollar sign is one.
 */
function withConfig(view: StorageView, command: Command): Command {
  const dollar = view.config.includes("$") ? sh`RUNBOOK_DOLLAR='$' ` : sh``;
  return sh`printf '%s\\n' "$config" | ${dollar}lightningstream -c /dev/stdin --timeout ${`${SECONDS}s`} ${command}`;
}

function given(view: StorageView, command: Command): Command {
  return withStdin(command, secret(view.config.replaceAll("$", "${RUNBOOK_DOLLAR}")));
}

function notListed(answer: Answer): StepProblem {
  const said = /^Error: (.*)$/m.exec(answer.err)?.[1] ?? answer.err.trim().split("\n").at(-1) ?? "";
  const silent = answer.code === TIMED_OUT;
  return new (silent ? StorageSilent : StepProblem)("failed", {
    code: "step/storage-silent",
    severity: "error",
    summary: silent
      ? `the storage did not answer within ${SECONDS} s`
      : `the storage cannot be listed: ${said}`,
    hint:
      answer.code === 127
        ? "The program lightningstream is not in the PATH of this host."
        : "Can this host reach it? Check endpoint, bucket and credentials in Lightning Stream's configuration.",
  });
}
