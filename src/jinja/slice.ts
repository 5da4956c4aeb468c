import { failed } from "./problem.ts";
import { List, Range, Tuple, Undefined } from "./values/datum.ts";
import type { Datum } from "./values/datum.ts";
import { elements, units } from "./values/iterate.ts";
import { wantInteger } from "./values/number.ts";
import { typeName } from "./values/type-name.ts";

/** `of[from:to:step]`; a missing bound is null. */
export function sliced(of: Datum, bounds: readonly Datum[]): Datum {
  if (of instanceof Undefined) return of;
  const [from, to, step] = bounds.map((bound) =>
    bound === null ? undefined : wantInteger(bound, "a slice index"),
  );
  if (typeof of === "string") {
    const letters = units(of);
    if (typeof letters === "string" && (step ?? 1) === 1) {
      const picked = positions(letters.length, from, to, 1);
      const [first] = picked;
      return first === undefined ? "" : letters.slice(first, first + picked.length);
    }
    return positions(letters.length, from, to, step)
      .map((index) => letters[index] ?? "")
      .join("");
  }
  if (of instanceof List) {
    const cells = positions(of.length, from, to, step).map((index) => of.at(index));
    return of instanceof Tuple ? new Tuple(cells) : new List(cells);
  }
  if (of instanceof Range) return sliced(new List(elements(of)), bounds);
  throw failed(`'${typeName(of)}' object cannot be sliced`);
}

function positions(length: number, from?: number, to?: number, step = 1): number[] {
  if (step === 0) throw failed("slice step cannot be zero");
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? length : length - 1;
  const clamp = (index: number) =>
    Math.min(high, Math.max(low, index < 0 ? index + length : index));
  const start = from === undefined ? (step > 0 ? low : high) : clamp(from);
  const stop = to === undefined ? (step > 0 ? high : low) : clamp(to);
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return Array.from({ length: count }, (_, index) => start + index * step);
}
