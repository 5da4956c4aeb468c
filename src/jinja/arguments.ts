import { failed } from "./problem.ts";
import { Undefined } from "./values/datum.ts";
import type { Arguments, Datum } from "./values/datum.ts";

/**
 * Sorts arguments into parameters. A parameter name that ends in `?` may be left out. The answer has one place per
 * parameter; what was not given is undefined.
 */
export function bind(
  what: string,
  params: readonly string[],
  args: Arguments,
): readonly (Datum | undefined)[] {
  const { positional, named } = args;
  if (positional.length > params.length)
    throw failed(
      `${what} takes at most ${params.length} argument${params.length === 1 ? "" : "s"}, ${positional.length} given`,
    );
  const bound: (Datum | undefined)[] = params.map((_, index) => positional[index]);
  for (const [name, value] of named) {
    const index = params.findIndex((param) => bareName(param) === name);
    if (index < 0)
      throw failed(
        `${what} has no argument '${name}'`,
        params.length === 0 ? undefined : `It takes ${params.map(bareName).join(", ")}`,
      );
    if (bound[index] !== undefined) throw failed(`${what} is given '${name}' twice`);
    bound[index] = value;
  }
  for (const [index, param] of params.entries())
    if (bound[index] === undefined && !param.endsWith("?"))
      throw failed(`${what} needs the argument '${param}'`);
  return bound;
}

function bareName(param: string): string {
  return param.endsWith("?") ? param.slice(0, -1) : param;
}

/** The first argument that is undefined: most calls hand it on instead of running. */
export function firstUndefined(args: Arguments): Undefined | undefined {
  for (const value of args.positional) if (value instanceof Undefined) return value;
  for (const value of args.named.values()) if (value instanceof Undefined) return value;
  return undefined;
}
