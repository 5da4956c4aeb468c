import { isValueMap, UnsafeText, VaultText, WholeFloat, type Value } from "../model/value.ts";

/** JSON as ansible-inventory prints it: four blanks of indentation, sorted keys, `2.0` and long integers exact. */
export function jsonText(value: Value, indent = ""): string {
  if (value instanceof WholeFloat) return floatText(value.number);
  if (value instanceof UnsafeText) return JSON.stringify(value.text);
  if (value instanceof VaultText) return JSON.stringify(value.ciphertext);
  if (typeof value === "number") return numberText(value);
  if (typeof value === "bigint") return value.toString();
  const deeper = `${indent}    `;
  if (Array.isArray(value)) {
    const items = value.map((item: Value) => deeper + jsonText(item, deeper));
    return items.length === 0 ? "[]" : `[\n${items.join(",\n")}\n${indent}]`;
  }
  if (isValueMap(value)) {
    const entries = Object.keys(value)
      .toSorted()
      .map((key) => `${deeper}${JSON.stringify(key)}: ${jsonText(value[key] ?? null, deeper)}`);
    return entries.length === 0 ? "{}" : `{\n${entries.join(",\n")}\n${indent}}`;
  }
  return JSON.stringify(value);
}

/** Python's JSON has names for what JSON cannot say. */
function numberText(number: number): string {
  if (Number.isNaN(number)) return "NaN";
  if (Number.isFinite(number)) return String(number);
  return number > 0 ? "Infinity" : "-Infinity";
}

function floatText(number: number): string {
  const text = Object.is(number, -0) ? "-0" : String(number);
  return /e/.test(text) ? text : `${text}.0`;
}
