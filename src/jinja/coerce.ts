import { failed } from "./problem.ts";
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
