import { hasErrors, type Diagnostic, type Outcome, type Place } from "../model/diagnostic.ts";
import type { HostId } from "../model/ids.ts";
import type { Inventory } from "../model/inventory.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { Input, Playbook } from "../model/playbook.ts";
import type { Renderer } from "../model/rendering.ts";
import { isValueMap, type Scope, type Value, type ValueMap } from "../model/value.ts";
import { nobodyGave, notYet, problemsOf, type Found } from "./input-problems.ts";
import { asWanted } from "./input-text.ts";

export interface InputSources {
  /** The hosts of the run. */
  readonly hosts: readonly HostId[];
  readonly inventory: Pick<Inventory, "layers" | "candidates" | "extraVars">;
  /** What people answered when they were asked, by input. */
  readonly answers?: ValueMap;
  /** Variables that every template knows, such as `inventory_hostname`. */
  readonly magic?: (host: HostId) => ValueMap;
  readonly renderer: Renderer;
}

export interface ResolvedInputs {
  /** One value for the whole run; an input that nobody gave a value is absent. */
  readonly run: JsonObject;
  /** Inputs with `per_host`, for each host. */
  readonly perHost: ReadonlyMap<HostId, JsonObject>;
}

/**
 * Gives every input its value: default, then inventory variable, then answer, then `-e`. Says which hosts differ, which
 * values are of a wrong type and which are missing. There is a value only when nothing is an error.
 */
export function resolveInputs(playbook: Playbook, sources: InputSources): Outcome<ResolvedInputs> {
  const run: Record<string, Json> = {};
  const perHost = new Map<HostId, Record<string, Json>>(sources.hosts.map((host) => [host, {}]));
  const problems: Diagnostic[] = [];
  for (const input of playbook.inputs) {
    const found = sources.hosts.map((host): Found => {
      const known: ValueMap = { ...run, ...perHost.get(host) };
      return { host, ...valueOn(input, host, known, playbook, sources) };
    });
    const broken = problemsOf(input, found);
    problems.push(...broken);
    if (hasErrors(broken)) continue;
    const given = found.flatMap(({ host, value }) =>
      value === undefined ? [] : [{ host, value }],
    );
    if (input.perHost) {
      for (const { host, value } of given)
        Object.assign(perHost.get(host) ?? {}, { [input.name]: value });
    } else if (given[0] !== undefined) {
      run[input.name] = given[0].value;
    }
    if (input.required && given.length < found.length) problems.push(nobodyGave(input, found));
  }
  const value = { run, perHost };
  return hasErrors(problems) ? { problems } : { value, problems };
}

/** The inputs that have neither default nor value: what an interactive command asks for first. */
export function unansweredInputs(playbook: Playbook, sources: InputSources): readonly Input[] {
  return playbook.inputs.filter(
    (input) =>
      input.required &&
      sources.answers?.[input.name] === undefined &&
      sources.inventory.extraVars[input.name] === undefined &&
      sources.hosts.some(
        (host) => inInventory(input, sources.inventory.layers(host)).kind === "absent",
      ),
  );
}

function valueOn(
  input: Input,
  host: HostId,
  known: ValueMap,
  playbook: Playbook,
  sources: InputSources,
): Omit<Found, "host"> {
  const { inventory, renderer, answers = {} } = sources;
  const layers = inventory.layers(host);
  const extra = inventory.extraVars[input.name];
  const inInv = inInventory(input, layers);
  const scope: Scope = [
    { trusted: true, values: defaultsOf(playbook) },
    ...layers.slice(0, -1),
    { trusted: true, values: playbook.vars },
    ...layers.slice(-1),
    { trusted: false, values: { ...known, ...sources.magic?.(host) } },
  ];
  const rendered = (source: Value, origin: string, at: Place, typed: boolean) => {
    const outcome = renderer.value(source, scope, at);
    switch (outcome.kind) {
      case "rendered":
        return { value: typed ? asWanted(outcome.value, input.schema) : outcome.value, origin, at };
      case "omitted":
        return { origin, at };
      case "unknown":
        return { origin, at, problem: notYet(input, outcome.names, at) };
      case "problem":
        return { origin, at, problem: { at, ...outcome.diagnostic } };
    }
  };
  if (extra !== undefined) return rendered(extra, "-e", input.at, true);
  const answer = answers[input.name];
  if (answer !== undefined) {
    // What people type is a value, never a template.
    const at = input.at;
    return typeof answer === "string"
      ? { value: asWanted(answer, input.schema), origin: "answer", at }
      : rendered(answer, "answer", at, false);
  }
  if (inInv.kind === "found") {
    const at = placeOf(inventory, host, inInv.variable) ?? input.at;
    return rendered(inInv.value, `variable ${input.from ?? input.name}`, at, false);
  }
  if (input.default !== undefined) return rendered(input.default, "default", input.at, false);
  return { origin: "nobody", at: input.at };
}

type InInventory =
  | { readonly kind: "found"; readonly variable: string; readonly value: Value }
  | { readonly kind: "absent" };

/**
 * Follows `from` through what is written, so that a missing key is told apart from a template that fails. Where a
 * template stands in the way, the rest of the path is left to it.
 */
function inInventory(input: Input, layers: Scope): InInventory {
  const [variable = input.name, ...rest] = (input.from ?? input.name).split(".");
  // The last layer is `-e`: it supplies other variables too, but the input's own name was looked up before.
  const holder = layers.findLast(({ values }) => Object.hasOwn(values, variable));
  let value = holder?.values[variable];
  for (const [depth, key] of rest.entries()) {
    if (typeof value === "string") {
      const path = [variable, ...rest.slice(0, depth)].join(".");
      const further = rest.slice(depth).map((part) => `['${part}']`);
      return { kind: "found", variable, value: `{{ ${path}${further.join("")} }}` };
    }
    value = isValueMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value === undefined ? { kind: "absent" } : { kind: "found", variable, value };
}

function placeOf(
  inventory: InputSources["inventory"],
  host: HostId,
  variable: string,
): Place | undefined {
  const from = inventory.candidates(host).get(variable)?.at(-1)?.from;
  return from !== undefined && "at" in from ? from.at : undefined;
}

function defaultsOf(playbook: Playbook): ValueMap {
  return Object.fromEntries(
    playbook.inputs.flatMap((input): [string, Value][] =>
      input.default === undefined ? [] : [[input.name, input.default]],
    ),
  );
}
