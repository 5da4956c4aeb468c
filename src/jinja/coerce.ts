import { failed, TemplateProblem } from "./problem.ts";
import type { Datum } from "./values/datum.ts";
import { numeric, wantInteger } from "./values/number.ts";
import { print } from "./values/print.ts";
import { truthy } from "./values/truth.ts";
import { typeName } from "./values/type-name.ts";

/** Readers for arguments of filters, tests, methods and lookups: the value, the fallback where it is absent, or a problem. */
export function textOr(datum: Datum | undefined, fallback: string): string {
  return datum === undefined || datum === null ? fallback : print(datum);
}

export function flagOr(datum: Datum | undefined, fallback: boolean): boolean {
  return datum === undefined ? fallback : truthy(datum);
}

export function integerOr(datum: Datum | undefined, fallback: number, what: string): number {
  return datum === undefined || datum === null ? fallback : wantInteger(datum, what);
}

const WIDEST = 1_000_000;

/** A width, an indentation or a number of digits: nobody wants a line of a million characters. */
export function bounded(size: number, what: string): number {
  if (Math.abs(size) <= WIDEST) return size;
  throw new TemplateProblem("jinja/budget", `${what} of ${size} is too large`, {
    hint: `At most ${WIDEST} is possible`,
  });
}

export function wantText(datum: Datum | undefined, what: string): string {
  if (typeof datum !== "string")
    throw failed(`${what} must be text, not ${typeName(datum ?? null)}`);
  return datum;
}

/** A number as a JavaScript float, for mathematics. */
export function wantNumber(datum: Datum | undefined, what: string): number {
  const found = numeric(datum ?? null);
  if (found === undefined) throw failed(`${what} must be a number, not ${typeName(datum ?? null)}`);
  return Number(found.value);
}
