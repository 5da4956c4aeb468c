import { randomUUID } from "node:crypto";
import { renderValue } from "../jinja/index.ts";
import { entriesOf, isMapping, mappingOf } from "../lib/mapping.ts";
import { UnsafeText, VaultText, type Value, type ValueMap } from "../model/value.ts";

/** YAML as ansible-inventory lays it out, but without anchors. What is encrypted stays so, as `!vault`. */
export function yamlText(answer: ValueMap): string {
  const vaults: string[] = [];
  const mark = randomUUID();
  const markVault = (ciphertext: string) => `vault-${mark}-${String(vaults.push(ciphertext) - 1)}`;
  const scope = [{ trusted: false, values: { answer: marked(answer, markVault) } }];
  const written = renderValue(
    "{{ answer | to_yaml(default_flow_style=False, indent=2) }}",
    scope,
    {},
  );
  if (written.kind !== "rendered" || typeof written.value !== "string")
    throw new Error("an inventory cannot be written as YAML");
  // A mark is one word at the end of a line; what it stands for is a block below its key.
  const marks = new RegExp(`^( *(?:- )*)(.*)vault-${mark}-(\\d+)$`, "gm");
  const text = written.value.replaceAll(
    marks,
    (_line, before: string, key: string, index: string) => {
      const indent = " ".repeat(before.length + (key === "" ? 0 : 2));
      const lines = (vaults[Number(index)] ?? "").trimEnd().split("\n");
      return [`${before}${key}!vault |`, ...lines.map((line) => indent + line)].join("\n");
    },
  );
  return `${text.trimEnd()}\n`;
}

function marked(value: Value, vault: (ciphertext: string) => string): Value {
  if (value instanceof VaultText) return vault(value.ciphertext);
  if (value instanceof UnsafeText) return value.text;
  if (Array.isArray(value)) return value.map((item: Value) => marked(item, vault));
  if (!isMapping(value)) return value;
  return mappingOf(entriesOf(value).map(([key, item]) => [key, marked(item, vault)]));
}
