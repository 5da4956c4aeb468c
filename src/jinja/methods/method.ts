import type { Arguments, Datum } from "../values/datum.ts";

/** A method of a Python type: the object it was found on, bound arguments, and all arguments as given. */
export interface Method<T> {
  /** Undefined means: takes any arguments, see `given`. */
  readonly params: readonly string[] | undefined;
  readonly run: (self: T, args: readonly (Datum | undefined)[], given: Arguments) => Datum;
}

/** Own keys only are looked up, so nothing that JavaScript puts on objects can be reached. */
export type Methods<T> = Readonly<Record<string, Method<T>>>;

export function method<T>(params: readonly string[], run: Method<T>["run"]): Method<T> {
  return { params, run };
}

export function openMethod<T>(run: Method<T>["run"]): Method<T> {
  return { params: undefined, run };
}
