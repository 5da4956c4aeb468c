import type { Diagnostic } from "../model/diagnostic.ts";
import type { Scope } from "../model/value.ts";
import { evaluateCondition } from "./condition.ts";
import { writeJson } from "./json-text.ts";
import type { SourceKind } from "./read-source.ts";
import { renderText } from "./render-text.ts";
import { renderDatum } from "./render-value.ts";
import type { RenderSettings } from "./settings.ts";
import { keyText } from "./to-json.ts";
import { Dict, List } from "./values/datum.ts";
import type { Datum } from "./values/datum.ts";
import { print } from "./values/print.ts";
import { typeName } from "./values/type-name.ts";

export interface Asked {
  readonly kind: SourceKind;
  readonly template: string;
  /** What the places of problems call the template. */
  readonly name: string;
}

/** One rendering, as `runbook template` says it. `json` is the value as JSON, `text` what it prints in longer text. */
export type Answer =
  | {
      readonly kind: "rendered";
      readonly type: string;
      readonly json: string;
      readonly text: string;
    }
  | { readonly kind: "omitted" }
  | { readonly kind: "problem"; readonly diagnostic: Diagnostic };

const COMPACT = {
  indent: undefined,
  sortKeys: false,
  ascii: false,
  itemSeparator: ", ",
  keySeparator: ": ",
};

export function answer(asked: Asked, scope: Scope, settings: RenderSettings): Answer {
  const rendered = render(asked, scope, settings);
  switch (rendered.kind) {
    case "omitted":
    case "problem":
      return rendered;
    case "unknown":
      throw new TypeError("nothing is pending where no plan is made");
    case "rendered": {
      const { value } = rendered;
      const type = value === null ? "null" : typeName(value);
      const json = writeJson(speakable(value), COMPACT);
      return { kind: "rendered", type, json, text: print(value) };
    }
  }
}

function render(asked: Asked, scope: Scope, settings: RenderSettings) {
  const at = { file: asked.name, line: 1, column: 1 };
  switch (asked.kind) {
    case "when":
      return evaluateCondition(asked.template, scope, settings, at);
    case "text":
      return renderText(asked.template, scope, settings, at);
    case "value":
      return renderDatum(asked.template, scope, settings, at);
  }
}

/** What JSON has no word for becomes `{"__type": name, "text": text}`; keys become text as JSON writes them. */
function speakable(datum: Datum): Datum {
  if (datum === null || typeof datum === "boolean" || typeof datum === "string") return datum;
  if (datum instanceof List) return new List(datum.all().map(speakable));
  if (datum instanceof Dict) {
    const out = new Dict();
    for (const [key, value] of datum.pairs()) {
      const name = key instanceof List ? writeJson(speakable(key), COMPACT) : keyText(key);
      out.set(name, name, speakable(value));
    }
    return out;
  }
  const type = typeName(datum);
  const text = print(datum);
  const sayable = type === "int" || (type === "float" && !/[a-df-z]/.test(text));
  if (sayable) return datum;
  return new Dict([
    ["__type", type],
    ["text", text],
  ]);
}
