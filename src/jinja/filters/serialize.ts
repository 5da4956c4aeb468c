import { bounded, flagOr, integerOr } from "../coerce.ts";
import { readJson, writeJson } from "../json-text.ts";
import type { JsonStyle } from "../json-text.ts";
import type { Machine } from "../machine.ts";
import { openPlugin, plugin } from "../plugin.ts";
import type { PluginCall, Plugins } from "../plugin.ts";
import { failed, unsupported } from "../problem.ts";
import { readValue } from "../variables.ts";
import { List } from "../values/datum.ts";
import type { Datum } from "../values/datum.ts";
import { print } from "../values/print.ts";
import { typeName } from "../values/type-name.ts";
import { writeYaml } from "../yaml-dump/write.ts";
import type { Value } from "../../model/value.ts";

/** Filters between data and the text of JSON and YAML. */
export const SERIALIZE_FILTERS: Plugins = {
  to_json: openPlugin((input, _, call) => writeJson(input, jsonStyle(call, {}))),
  to_nice_json: openPlugin((input, _, call) =>
    writeJson(input, jsonStyle(call, { indent: "    ", sortKeys: true, itemSeparator: "," })),
  ),
  tojson: plugin(["indent?"], (input, [indent], call) => {
    const named = new Map(indent === undefined ? [] : [["indent", indent] as const]);
    const given = { positional: [], named };
    return writeJson(input, jsonStyle({ ...call, given }, { sortKeys: true }))
      .replaceAll("<", "\\u003c")
      .replaceAll(">", "\\u003e")
      .replaceAll("&", "\\u0026")
      .replaceAll("'", "\\u0027");
  }),
  from_json: openPlugin((input) => readJson(wantTextInput(input, "from_json"))),
  to_yaml: openPlugin((input, _, call) =>
    writeYaml(input, yamlStyle(call, { indent: 2, flow: "leaves" })),
  ),
  to_nice_yaml: openPlugin((input, _, call) =>
    writeYaml(input, yamlStyle(call, { indent: 4, flow: "never" })),
  ),
  from_yaml: plugin([], (input, _, { machine }) => {
    if (typeof input !== "string") return input;
    const documents = yamlDocuments(machine, input);
    if (documents.length > 1)
      throw failed(
        "expected a single document in the stream but found another document",
        "Use from_yaml_all",
      );
    return documents[0] ?? null;
  }),
  from_yaml_all: plugin([], (input, _, { machine }) =>
    typeof input === "string" ? new List([...yamlDocuments(machine, input)]) : input,
  ),
};

function wantTextInput(input: Datum, name: string): string {
  if (typeof input !== "string")
    throw failed(
      `the JSON object must be str, not ${typeName(input)}`,
      `Leave ${name} out: it is no text`,
    );
  return input;
}

function jsonStyle(call: PluginCall, base: Partial<JsonStyle>): JsonStyle {
  const named = new Map(call.given.named);
  const positional = call.given.positional[0];
  const take = (name: string) => {
    const value = named.get(name);
    named.delete(name);
    return value;
  };
  const indent = take("indent") ?? positional;
  const separators = take("separators");
  const spaced = indent === undefined || indent === null ? base.indent : indentText(indent);
  const style: JsonStyle = {
    indent: spaced,
    sortKeys: flagOr(take("sort_keys"), base.sortKeys ?? false),
    ascii: flagOr(take("ensure_ascii"), true),
    itemSeparator: spaced === undefined ? ", " : ",",
    keySeparator: ": ",
  };
  for (const ignored of ["vault_to_text", "preprocess_unsafe", "profile"]) take(ignored);
  const [unknown] = named.keys();
  if (unknown !== undefined) throw failed(`${call.name} has no argument '${unknown}'`);
  if (!(separators instanceof List)) return style;
  const [item = ", ", key = ": "] = separators.all().map(print);
  return { ...style, itemSeparator: item, keySeparator: key };
}

function indentText(indent: Datum): string {
  return typeof indent === "string"
    ? indent
    : " ".repeat(bounded(integerOr(indent, 0, "indent"), "an indent"));
}

function yamlStyle(call: PluginCall, base: { indent: number; flow: "leaves" | "never" }) {
  const named = new Map(call.given.named);
  const take = (name: string) => {
    const value = named.get(name);
    named.delete(name);
    return value;
  };
  const flowStyle = take("default_flow_style");
  const indent = take("indent") ?? call.given.positional[0];
  const style = {
    indent: integerOr(indent, base.indent, "indent"),
    width: integerOr(take("width"), 80, "width"),
    sortKeys: flagOr(take("sort_keys"), true),
    unicode: true,
    explicitStart: flagOr(take("explicit_start"), false),
    explicitEnd: flagOr(take("explicit_end"), false),
    flow:
      flowStyle === undefined || flowStyle === null
        ? base.flow
        : flagOr(flowStyle, false)
          ? ("always" as const)
          : ("never" as const),
  };
  const [unknown] = named.keys();
  if (unknown !== undefined)
    throw unsupported(
      `${call.name} has no argument '${unknown}'`,
      "It takes indent, width, sort_keys, default_flow_style, explicit_start and explicit_end",
    );
  return style;
}

/** What is read is plain text: a template inside a YAML text is not one of ours. */
function yamlDocuments(machine: Machine, text: string): readonly Datum[] {
  const read = machine.settings.readYaml;
  if (read === undefined) throw unsupported("YAML cannot be read here", "Use from_json");
  let documents: readonly Value[];
  try {
    documents = read(text);
  } catch (error) {
    throw failed(error instanceof Error ? error.message : String(error));
  }
  return documents.map((document) =>
    readValue(document, {
      template: (source) => source,
      secret: () => {
        throw failed("the YAML text holds a !vault value");
      },
      known: () => undefined,
    }),
  );
}
