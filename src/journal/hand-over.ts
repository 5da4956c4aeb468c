/**
 * A run as a file that another state folder can take over: one line that everybody can read, then the journal byte for
 * byte. The run's key is wrapped anew, by a passphrase or by a state key that both sides have, and authenticated with the
 * hash of everything else: nothing in the file can be altered unseen.
 */
import { createHash, randomBytes, scryptSync } from "node:crypto";
import type { Diagnostic, Outcome } from "../model/diagnostic.ts";
import type { RunId } from "../model/ids.ts";
import { runId } from "../model/ids.ts";
import type { Json, JsonObject } from "../model/json.ts";
import { readJournalBytes } from "./read.ts";
import type { RunKey } from "./seal.ts";
import { seal, unseal } from "./seal.ts";

const FORMAT = 1;
/** As OWASP has it for scrypt: 128 MiB for each guess. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 2 ** 20 };

/** What the run's key is wrapped with. */
export type Wrapping =
  | { readonly kind: "passphrase"; readonly passphrase: string }
  | { readonly kind: "state-key"; readonly key: RunKey };

export interface HandOver {
  readonly run: RunId;
  readonly key: RunKey;
  /** As they were written. */
  readonly journal: Buffer;
}

export function packRun(
  { run, key, journal }: HandOver,
  wrapping: Wrapping,
  said: { readonly at: string; readonly who: string },
): Buffer {
  const salt = randomBytes(16).toString("base64");
  const header = {
    "runbook-run": FORMAT,
    run,
    ...said,
    sha256: createHash("sha256").update(journal).digest("hex"),
    wrapped: wrapping.kind,
    ...(wrapping.kind === "passphrase" && { salt }),
  };
  const sealed = seal(wrapperOf(wrapping, salt), key.toString("base64"), JSON.stringify(header));
  return Buffer.concat([Buffer.from(`${JSON.stringify({ ...header, key: sealed })}\n`), journal]);
}

/** How it was wrapped, to know what to ask for. Undefined: it is not such a file. */
export function wrappingOf(file: Buffer): Wrapping["kind"] | undefined {
  const wrapped = headerOf(file)?.["wrapped"];
  return wrapped === "passphrase" || wrapped === "state-key" ? wrapped : undefined;
}

/** Everything that can be wrong with it is found before anything is done with it. */
export function unpackRun(name: string, file: Buffer, wrapping: Wrapping): Outcome<HandOver> {
  const header = headerOf(file);
  if (!header) return refused(name, "it is no run that was exported, or its first line is damaged");
  const { key: sealed, ...open } = header;
  if (open["runbook-run"] !== FORMAT)
    return refused(name, "it was written by a newer release: use that one");
  const { salt } = open;
  const wrapper = wrapperOf(wrapping, typeof salt === "string" ? salt : "");
  const plain =
    typeof sealed === "string" ? unseal(wrapper, sealed, JSON.stringify(open)) : undefined;
  if (plain === undefined) {
    return wrapping.kind === "passphrase"
      ? refused(name, "the passphrase is another one, or the file was altered")
      : refused(name, "the state key is another one, or the file was altered");
  }
  const journal = file.subarray(file.indexOf(10) + 1);
  if (createHash("sha256").update(journal).digest("hex") !== open["sha256"])
    return refused(name, "it was cut off or altered after it was written");
  const run = runId(typeof open["run"] === "string" ? open["run"] : "");
  const key: RunKey = Buffer.from(plain, "base64");
  const read = readJournalBytes(journal, name, () => key);
  if (read.problems.length > 0) return { problems: read.problems };
  const first = read.lines[0]?.entry;
  if (first?.type !== "run-started" || first.run !== run)
    return refused(name, "it does not hold the journal of the run that it names");
  return { value: { run, key, journal }, problems: [] };
}

function wrapperOf(wrapping: Wrapping, salt: string): RunKey {
  return wrapping.kind === "state-key"
    ? wrapping.key
    : scryptSync(wrapping.passphrase.normalize("NFKC"), Buffer.from(salt, "base64"), 32, COST);
}

function headerOf(file: Buffer): JsonObject | undefined {
  const end = file.indexOf(10);
  if (end < 0 || !file.subarray(0, 16).toString("utf8").startsWith('{"runbook-run":'))
    return undefined;
  try {
    return JSON.parse(file.toString("utf8", 0, end)) as Json as JsonObject;
  } catch {
    return undefined;
  }
}

function refused(file: string, why: string): { readonly problems: readonly Diagnostic[] } {
  return {
    problems: [
      {
        code: "journal/no-import",
        severity: "error",
        summary: `${file} is not imported: ${why}`,
        hint: "Nothing was done. `runbook runs export` on the other side writes it anew.",
      },
    ],
  };
}
