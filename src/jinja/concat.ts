import { UndefinedProblem } from "./problem.ts";
import { Bytes, Dict, List, Nothing, Omit, Undefined } from "./values/datum.ts";
import type { Datum } from "./values/datum.ts";
import { print } from "./values/print.ts";

/**
 * What a sequence of printed pieces amounts to, as 2.19 has it: pieces that are None vanish, a single piece keeps its
 * type, anything more is text, and nothing at all is None. With a piece that is undefined all of it is undefined.
 */
export function concat(pieces: readonly Datum[]): Datum {
  const kept = pieces.filter((piece) => piece !== null);
  const [only] = kept;
  if (only === undefined) return null;
  if (kept.length === 1) return only;
  const missing = kept.find((piece) => piece instanceof Undefined);
  if (missing !== undefined) return missing;
  try {
    return kept.map(printPiece).join("");
  } catch (error) {
    if (error instanceof UndefinedProblem) return error.missing;
    throw error;
  }
}

/** A piece as it appears inside longer text. */
export function printPiece(piece: Datum): string {
  if (typeof piece === "string") return piece;
  if (piece === null || piece instanceof Omit || piece instanceof Nothing) return "";
  if (piece instanceof Undefined) throw new UndefinedProblem(piece);
  if (piece instanceof Bytes) return Buffer.from(piece.bytes).toString("utf8");
  return print(settled(piece));
}

/** What leaves a template: tuples become lists, and whatever is `omit` is left out. Forces everything inside. */
export function settled(datum: Datum): Datum {
  if (datum instanceof List) {
    return new List(datum.all().filter(isKept).map(settled));
  }
  if (datum instanceof Dict) {
    const out = new Dict();
    for (const [mapKey, entry] of datum.entries) {
      const value = datum.get(mapKey) ?? null;
      if (isKept(value)) out.set(mapKey, entry.key, settled(value));
    }
    return out;
  }
  return datum;
}

function isKept(datum: Datum): boolean {
  return !(datum instanceof Omit);
}
