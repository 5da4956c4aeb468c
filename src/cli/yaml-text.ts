import { renderValue } from "../jinja/index.ts";
import { entriesOf, isMapping, mappingOf } from "../lib/mapping.ts";
import { UnsafeText, VaultText, type Value, type ValueMap } from "../model/value.ts";

/** YAML as ansible-inventory lays it out, but without anchors. What is encrypted stays so, under JSON's mark. */
export function yamlText(answer: ValueMap): string {
  const scope = [{ trusted: false, values: { answer: marked(answer) } }];
  const written = renderValue(
    "{{ answer | to_yaml(default_flow_style=False, indent=2) }}",
    scope,
    {},
  );
  if (written.kind !== "rendered" || typeof written.value !== "string")
    throw new Error("an inventory cannot be written as YAML");
  return `${written.value.trimEnd()}\n`;
}

function marked(value: Value): Value {
  if (value instanceof VaultText) return { __ansible_vault: value.ciphertext };
  if (value instanceof UnsafeText) return value.text;
  if (Array.isArray(value)) return value.map((item: Value) => marked(item));
  if (!isMapping(value)) return value;
  return mappingOf(entriesOf(value).map(([key, item]) => [key, marked(item)]));
}
