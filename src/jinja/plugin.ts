import type { Machine } from "./machine.ts";
import type { Arguments, Datum } from "./values/datum.ts";

type Bound = readonly (Datum | undefined)[];

/** What a filter or test is handed beside its input and arguments. */
export interface PluginCall {
  readonly machine: Machine;
  /** The name under which it was called. */
  readonly name: string;
  /** All arguments as given, for those that take any number. */
  readonly given: Arguments;
}

/** Filters and tests have one shape; a test answers true or false. */
export interface Plugin {
  /** Undefined means: takes whatever comes, see `PluginCall.given`. */
  readonly params: readonly string[] | undefined;
  /** Whether undefined values reach it. Otherwise the call answers the undefined value itself. */
  readonly takesUndefined: boolean;
  /** Whether it may read what is undefined out of a list or dict. */
  readonly reads: "strictly" | "leniently";
  readonly run: (input: Datum, args: Bound, call: PluginCall) => Datum;
}

export type Plugins = Readonly<Record<string, Plugin>>;

type Run = Plugin["run"];

export function plugin(params: readonly string[], run: Run): Plugin {
  return { params, takesUndefined: false, reads: "strictly", run };
}

export function openPlugin(run: Run): Plugin {
  return { params: undefined, takesUndefined: false, reads: "strictly", run };
}

/** One that hands elements on without looking at them, so that they may be undefined. */
export function lenientPlugin(run: Run): Plugin {
  return { params: undefined, takesUndefined: false, reads: "leniently", run };
}

export function undefinedPlugin(params: readonly string[], run: Run): Plugin {
  return { params, takesUndefined: true, reads: "leniently", run };
}
