import { mappingOf } from "../lib/mapping.ts";
import type { Place } from "../model/diagnostic.ts";
import type { Rendered } from "../model/rendering.ts";
import { isValueMap, Timestamp, UnsafeText, VaultText, WholeFloat } from "../model/value.ts";
import type { Scope, Value, ValueKey } from "../model/value.ts";
import { evaluate } from "./evaluate.ts";
import { templateFrame } from "./frame.ts";
import { Locals } from "./locals.ts";
import { namesUsed } from "./names-used.ts";
import { failed } from "./problem.ts";
import { rawValue } from "./raw-value.ts";
import { guarded } from "./rendered.ts";
import { Rendering } from "./rendering.ts";
import type { RenderSettings } from "./settings.ts";
import { isTemplate } from "./syntax/delimiters.ts";
import { normalizeLines, parseCondition } from "./syntax/parse.ts";
import { refuseUnstorable } from "./to-json.ts";
import { dayText, momentText } from "./values/calendar.ts";
import { Day, Dict, List, Moment, Omit } from "./values/datum.ts";
import type { Datum } from "./values/datum.ts";

/**
 * Evaluates an expression that is written without `{{ }}` to a value that a variable can hold. Text that was computed
 * is `UnsafeText`; a variable's own text stays what it was. A mere copy of an encrypted value may stay encrypted.
 */
export function evaluateExpression(
  source: string,
  scope: Scope,
  settings: RenderSettings,
  at?: Place,
  copies: "encrypted" | "decrypted" = "decrypted",
): Rendered<Value> {
  const rendering = new Rendering(scope, settings);
  return guarded(
    source,
    at,
    () => rendering.offset,
    () => {
      const locals = new Locals();
      const frame = { machine: rendering, locals, template: templateFrame(locals) };
      const expression = parseCondition(normalizeLines(source));
      const raw = rawValue(expression, rendering)?.value;
      if (raw instanceof VaultText && copies === "encrypted")
        return { kind: "rendered", value: raw };
      const datum = evaluate(expression, frame);
      if (datum instanceof Omit) return { kind: "omitted" };
      refuseUnstorable(datum);
      return { kind: "rendered", value: valueOf(datum, ownTexts(source, rendering)) };
    },
  );
}

function valueOf(datum: Datum, own: ReadonlySet<string>): Value {
  if (datum === null || typeof datum === "boolean") return datum;
  if (typeof datum === "number" || typeof datum === "bigint") return datum;
  if (datum instanceof WholeFloat) return datum;
  if (typeof datum === "string") return own.has(datum) ? datum : new UnsafeText(datum);
  if (datum instanceof Moment) return new Timestamp(momentText(datum, "T"));
  if (datum instanceof Day) return new Timestamp(dayText(datum));
  if (datum instanceof List) {
    const kept = datum.all().filter((item) => !(item instanceof Omit));
    return kept.map((item) => valueOf(item, own));
  }
  if (datum instanceof Dict) {
    const kept = datum.pairs().filter(([, item]) => !(item instanceof Omit));
    return mappingOf(kept.map(([key, item]) => [keyOf(key), valueOf(item, own)] as const));
  }
  throw failed("this is no value that a variable can hold");
}

function keyOf(key: Datum): ValueKey {
  if (key === null || typeof key === "boolean" || typeof key === "string") return key;
  if (typeof key === "number" || typeof key === "bigint") return key;
  if (key instanceof WholeFloat) return key;
  if (key instanceof Moment) return new Timestamp(momentText(key, "T"));
  if (key instanceof Day) return new Timestamp(dayText(key));
  throw failed("this is no key of a mapping");
}

/**
 * The plain texts in the variables that an expression reads, those that their templates read included. None of them
 * is a template, so nothing but how they are listed hangs on whether an equal text was computed.
 */
function ownTexts(source: string, rendering: Rendering): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const collect = (value: Value): void => {
    if (typeof value === "string") {
      if (isTemplate(value)) namesUsed(value, "value").forEach(follow);
      else found.add(value);
    } else if (Array.isArray(value)) (value as readonly Value[]).forEach(collect);
    else if (isValueMap(value)) Object.values(value).forEach(collect);
  };
  const follow = (name: string): void => {
    const raw = seen.has(name) ? undefined : rendering.rawVariable(name);
    seen.add(name);
    if (raw?.trusted === true) collect(raw.value);
  };
  namesUsed(source, "when").forEach(follow);
  for (const [, one, other] of source.matchAll(/'([^']*)'|"([^"]*)"/g)) {
    found.delete(one ?? other ?? "");
  }
  return found;
}
