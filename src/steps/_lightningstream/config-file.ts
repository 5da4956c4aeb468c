import { decodeUtf8 } from "../../lib/utf8.ts";
import { secret, sh, withStdin } from "../../model/command.ts";
import { StepProblem } from "../../model/step.ts";
import type { HostReader, HostSession } from "../../model/transport.ts";
import { ask, change } from "../ask.ts";
import { environmentUses } from "./expand-env.ts";
import { sha256Of } from "./edit-config.ts";

export interface ConfigFile {
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** The file as it is; nothing where there is none. */
export async function readConfigFile(
  host: HostReader,
  path: string,
): Promise<ConfigFile | undefined> {
  const answer = await ask(host, sh`cat -- ${path}`);
  if (answer.code !== 0) {
    if (answer.err.includes("No such file")) return undefined;
    throw new StepProblem("failed", {
      code: "step/config-unreadable",
      severity: "error",
      summary: `${path} cannot be read`,
      hint: "Become root: the file holds secrets and is not for everybody.",
      detail: [answer.err.trim()],
    });
  }
  const decoded = decodeUtf8(answer.bytes, path);
  const [problem] = decoded.problems;
  if (decoded.value === undefined) {
    throw new StepProblem(
      "failed",
      problem ?? {
        code: "step/config-unreadable",
        severity: "error",
        summary: `${path} is no text`,
      },
    );
  }
  return { text: decoded.value, bytes: answer.bytes, sha256: sha256Of(answer.bytes) };
}

const CHANGED_SINCE = 3;
const REFUSED = 4;

/**
 * Replaces the file by one rename: owner, mode and security label stay, links are followed, and the new bytes are on
 * disk before it returns. Throws when the file is not the one that was read, and when Lightning Stream itself says that
 * it could not load the new one.
 */
export async function replaceConfigFile(
  host: HostSession,
  path: string,
  job: { readonly from: string; readonly text: Uint8Array },
): Promise<void> {
  const text = new TextDecoder().decode(job.text);
  // Without the unit's environment a configuration that uses it may not load, and would be refused for nothing.
  const tryIt =
    environmentUses(text).length > 0
      ? sh``
      : sh`said=$(lightningstream -c "$new" --timeout 20s snapshots dump -l /dev/null 2>&1) || :
case $said in *"Load config file"*) printf '%s\\n' "$said" >&2; exit ${REFUSED};; esac
`;
  const command = sh`( set -e; umask 077
file=$(readlink -f -- ${path})
new=$(mktemp -- "$file.XXXXXX")
trap 'rm -f -- "$new"' EXIT
cat > "$new"
[ "$(sha256sum < "$file")" = ${`${job.from}  -`} ] || exit ${CHANGED_SINCE}
${tryIt}cp --attributes-only --preserve=all -- "$file" "$new" 2>/dev/null || { chown --reference="$file" -- "$new"; chmod --reference="$file" -- "$new"; }
touch -- "$new"
sync -- "$new"
mv -f -- "$new" "$file"
trap - EXIT
sync -- "$(dirname -- "$file")" )`;
  const answer = await change(host, withStdin(command, secret(job.text)));
  if (answer.code === 0) return;
  const detail = answer.err.split("\n").filter((line) => line.trim() !== "");
  if (answer.code === CHANGED_SINCE) {
    throw new StepProblem("failed", {
      code: "step/config-changed",
      severity: "error",
      summary: `${path} was changed by somebody else just now`,
      hint: "Is configuration management running on this host? Pause it, then go on.",
    });
  }
  throw new StepProblem("failed", {
    code: "step/config-refused",
    severity: "error",
    summary:
      answer.code === REFUSED
        ? `Lightning Stream would not load ${path} with this change; nothing was changed`
        : `${path} cannot be written; it is as it was`,
    detail: detail.slice(-4),
  });
}
