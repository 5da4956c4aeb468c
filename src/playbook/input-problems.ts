import type { Diagnostic, Place } from "../model/diagnostic.ts";
import type { HostId } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import type { Input } from "../model/playbook.ts";
import { explain } from "./explain.ts";
import { faultsOf } from "./validate.ts";

/** What one host has for an input. */
export interface Found {
  readonly host: HostId;
  readonly value?: Json;
  /** What people are told about where it came from. */
  readonly origin: string;
  readonly at: Place;
  readonly problem?: Diagnostic;
}

/** Templates that failed; else values of a wrong type, and hosts that differ where they may not. */
export function problemsOf(input: Input, found: readonly Found[]): readonly Diagnostic[] {
  const failures = onePerText(found.flatMap(({ problem }) => problem ?? []));
  if (failures.length > 0) return failures;
  const wrong = found.flatMap(({ value, at, origin }) =>
    value === undefined ? [] : wrongType(input, value, at, origin),
  );
  return [...onePerText(wrong), ...(input.perHost ? [] : differing(input, found))];
}

function wrongType(input: Input, value: Json, at: Place, origin: string): readonly Diagnostic[] {
  return explain(faultsOf(input.schema, value), {
    root: `the input "${input.name}"`,
    at: () => at,
  }).map((problem) => ({
    ...problem,
    code: "playbook/input-value",
    hint: problem.hint ?? `It comes from ${origin}: ${input.description}.`,
  }));
}

function differing(input: Input, found: readonly Found[]): readonly Diagnostic[] {
  const groups = new Map<string, Found[]>();
  for (const one of found) {
    const key = JSON.stringify(one.value ?? null);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  if (groups.size < 2) return [];
  const lines = [...groups.entries()].map(([value, those]) => {
    const [first] = those;
    const shown = first?.value === undefined ? "no value" : value;
    return `${shown} (${first?.origin ?? ""}): ${those.map(({ host }) => host).join(", ")}`;
  });
  return [
    {
      code: "playbook/input-differs",
      severity: "error",
      summary: `the input "${input.name}" has one value for the run, and the hosts have different ones`,
      hint: `Make the variable ${input.from ?? input.name} equal on all of them, give one value with -e ${input.name}=…, or say \`per_host: true\`.`,
      detail: lines,
      at: input.at,
    },
  ];
}

export function nobodyGave(input: Input, found: readonly Found[]): Diagnostic {
  const without = found.filter(({ value }) => value === undefined).map(({ host }) => host);
  const some = without.length > 0 && without.length < found.length;
  return {
    code: "playbook/input-missing",
    severity: "error",
    summary: `the input "${input.name}" needs a value: ${input.description}`,
    hint: `Give it with -e ${input.name}=…, or as the inventory variable ${input.from ?? input.name}.`,
    ...(some ? { detail: [`without a value: ${without.join(", ")}`] } : {}),
    at: input.at,
  };
}

export function notYet(input: Input, names: readonly string[], at: Place): Diagnostic {
  return {
    code: "playbook/input-value",
    severity: "error",
    summary: `the input "${input.name}" depends on ${names.join(", ")}, which is not known before the run`,
    at,
  };
}

function onePerText(problems: readonly Diagnostic[]): readonly Diagnostic[] {
  const known = new Map<string, Diagnostic>();
  for (const problem of problems) {
    const key = `${problem.summary} ${problem.at?.file ?? ""} ${problem.at?.line ?? 0}`;
    if (!known.has(key)) known.set(key, problem);
  }
  return [...known.values()];
}
