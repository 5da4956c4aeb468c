import { mappingOf } from "../lib/mapping.ts";
import { UnsafeText, VaultText, type WholeFloat } from "../model/value.ts";
import type { Value, ValueMap } from "../model/value.ts";
import type { Answer } from "./answer.ts";
import { readJson } from "./json-text.ts";
import { TemplateProblem } from "./problem.ts";
import type { SourceKind } from "./read-source.ts";
import { Dict, List } from "./values/datum.ts";
import type { Datum } from "./values/datum.ts";
import { print } from "./values/print.ts";

/** One line of `runbook template --jsonl`. */
export interface TemplateRequest {
  readonly kind: SourceKind;
  readonly template: string;
  /** As a variable file would give them: their strings are templates. */
  readonly vars: ValueMap;
  /** The text of an inventory in INI or YAML. */
  readonly inventory: string | undefined;
  readonly host: string | undefined;
}

/** Reads a line; a string says what is wrong with it. */
export function readRequest(line: string): TemplateRequest | string {
  let read: Datum;
  try {
    read = readJson(line);
  } catch (error) {
    if (error instanceof TemplateProblem) return `the line is no JSON: ${error.message}`;
    throw error;
  }
  if (!(read instanceof Dict)) return "the line is no JSON object";
  const kind = read.get("kind") ?? "value";
  const template = read.get("template");
  const vars = read.get("vars") ?? new Dict();
  if (kind !== "value" && kind !== "when" && kind !== "text")
    return "kind must be value, when or text";
  if (typeof template !== "string") return "template must be text";
  if (!(vars instanceof Dict)) return "vars must be an object";
  return {
    kind,
    template,
    vars: Object.fromEntries(inboundPairs(vars)),
    inventory: textAt(read, "inventory"),
    host: textAt(read, "host"),
  };
}

/** The answer as one line of JSON, without its end. */
export function answerLine(answer: Answer): string {
  switch (answer.kind) {
    case "omitted":
      return '{"omitted": true}';
    case "problem": {
      const { code, summary, hint, at, detail } = answer.diagnostic;
      const place = at && `${at.file}:${String(at.line)}:${String(at.column)}`;
      return JSON.stringify({ error: { code, message: summary, at: place, hint, detail } });
    }
    case "rendered": {
      const { type, json, text } = answer;
      const printed = type === "str" || type === "bool" ? "" : `, "text": ${JSON.stringify(text)}`;
      return `{"type": "${type}", "value": ${json}${printed}}`;
    }
  }
}

function textAt(dict: Dict, key: string): string | undefined {
  const value = dict.get(key);
  return typeof value === "string" ? value : undefined;
}

function inboundPairs(dict: Dict): [string, Value][] {
  return dict.pairs().map(([key, value]) => [print(key), inbound(value)]);
}

/** `{"__ansible_unsafe": …}` and `{"__ansible_vault": …}` are how JSON writes `!unsafe` and `!vault`. */
function inbound(datum: Datum): Value {
  if (datum instanceof List) return datum.all().map(inbound);
  if (datum instanceof Dict) {
    const unsafe = textAt(datum, "__ansible_unsafe");
    const vault = textAt(datum, "__ansible_vault");
    if (datum.size === 1 && unsafe !== undefined) return new UnsafeText(unsafe);
    if (datum.size === 1 && vault !== undefined) return new VaultText(vault);
    return mappingOf(inboundPairs(datum));
  }
  // JSON yields nothing else.
  return datum as null | boolean | number | bigint | string | WholeFloat;
}
