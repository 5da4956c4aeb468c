import { createHash } from "node:crypto";
import { lineMap } from "../../lib/line-map.ts";
import type { Outcome } from "../../model/diagnostic.ts";
import { insertKey, removeKey, setScalar } from "../../yaml/edit.ts";
import { entryOf } from "../../yaml/locate.ts";
import { composeOne } from "../../yaml/read.ts";

export type ConfigScalar = string | number | boolean;

/** What a key of the file is wanted to be, or was: null is a key that is not there. */
export type KeyValues = { readonly [dotted: string]: ConfigScalar | null };

export const pathOf = (dotted: string): readonly string[] => dotted.split(".");

/** What stands in the file for a key, as text; null where the key is not written, undefined where it is no scalar. */
export function writtenAt(text: string, file: string, dotted: string): string | null | undefined {
  const root = composeOne({ text, file, lines: lineMap(text) }).value?.root;
  const found = entryOf(root, pathOf(dotted));
  if (found.kind === "missing") return found.merged ? undefined : null;
  return found.node.kind === "scalar" ? found.node.text : undefined;
}

/** What the keys of `wanted` are now; a list or a mapping is told apart from text, but not told. */
export function valuesNow(text: string, file: string, wanted: KeyValues): KeyValues {
  const read = (key: string) => {
    const written = writtenAt(text, file, key);
    return written === undefined ? "(not a single value)" : written;
  };
  return Object.fromEntries(Object.keys(wanted).map((key) => [key, read(key)]));
}

/** Whether a value in the file is the wanted one: Lightning Stream reads text, so `6` and `"6"` are one value. */
export function sameValue(one: ConfigScalar | null, other: ConfigScalar | null): boolean {
  return one === null || other === null ? one === other : String(one) === String(other);
}

export function sameValues(some: KeyValues, others: KeyValues): boolean {
  return Object.keys(some).every((key) => sameValue(some[key] ?? null, others[key] ?? null));
}

/** The text with every key as wanted; nothing else of it changes. */
export function edited(text: string, file: string, wanted: KeyValues): Outcome<string> {
  let changed = text;
  for (const [key, value] of Object.entries(wanted)) {
    const now = writtenAt(changed, file, key);
    if (now !== undefined && sameValue(now, value)) continue;
    const outcome = editedKey(changed, file, { key, value, exists: now !== null });
    if (outcome.value === undefined) return outcome;
    changed = outcome.value;
  }
  return { value: changed, problems: [] };
}

function editedKey(
  text: string,
  file: string,
  of: { key: string; value: ConfigScalar | null; exists: boolean },
): Outcome<string> {
  const path = pathOf(of.key);
  if (of.value === null) return removeKey(text, path, { file });
  if (of.exists) return setScalar(text, path, of.value, { file });
  const inserted = insertKey(text, path, of.value, { file });
  return inserted.value === undefined
    ? { problems: inserted.problems }
    : { value: inserted.value.text, problems: inserted.problems };
}

export function sha256Of(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}
