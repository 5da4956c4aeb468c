import { didYouMean } from "../lib/did-you-mean.ts";
import type { Frame } from "./frame.ts";
import type { Machine } from "./machine.ts";

/** A hint for an undefined name: the nearest name that exists. Only known when it is asked for, on the way to a problem. */
export function suggestion(name: string, machine: Machine, frame: Frame): string | undefined {
  const known = [...frame.locals.flat().keys()];
  if (frame.template.seesVariables) known.push(...machine.variableNames());
  const near = didYouMean(name, known);
  return near === undefined ? undefined : `Did you mean "${near}"?`;
}
