/** What of a run is secret, found again in its journal: a report is made when nobody has typed a password. */
import { isMapping, textEntries } from "../lib/mapping.ts";
import type { Redactor } from "../lib/redact.ts";
import { createRedactor } from "../lib/redact.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { RunSpec } from "../model/run-spec.ts";
import type { Value } from "../model/value.ts";
import { UnsafeText } from "../model/value.ts";
import { isSecretName } from "./sources.ts";

export function redactorOf(spec: RunSpec): Redactor {
  const redactor = createRedactor();
  for (const secret of spec.secrets ?? []) redactor.add(secret);
  const seen = new Set<Value>();
  for (const layer of [...Object.values(spec.scopes).flat(), ...spec.fleetScope])
    for (const [name, value] of Object.entries(layer.values)) hide(name, value, redactor, seen);
  for (const [name, value] of Object.entries(spec.inputs)) hide(name, value, redactor, seen);
  return redactor;
}

/** What a vault held is kept as text that is no template; and what is called a password is one, however deep it stands. */
function hide(name: string, value: Value, redactor: Redactor, seen: Set<Value>): void {
  if (value instanceof UnsafeText) return redactor.add(value.text);
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") {
    const text = String(value);
    if (isSecretName(name) && !text.includes("{{")) redactor.add(text);
    return;
  }
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  if (Array.isArray(value)) {
    for (const one of value as readonly Value[]) hide(name, one, redactor, seen);
  } else if (isMapping(value)) {
    for (const [inner, one] of textEntries(value))
      hide(isSecretName(name) ? name : inner, one, redactor, seen);
  }
}

/** What is called a password is hidden whole, however short it is. */
export function shownInputs({ inputs }: RunSpec): JsonObject {
  const shown = (name: string, value: Json): Json => {
    if (isSecretName(name)) return "•••";
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shown(key, one)]));
  };
  return Object.fromEntries(Object.entries(inputs).map(([name, one]) => [name, shown(name, one)]));
}
