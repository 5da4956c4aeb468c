import { textEntries } from "../lib/mapping.ts";
import {
  isValueMap,
  KeyedMap,
  Timestamp,
  UnsafeText,
  VaultText,
  WholeFloat,
  type Value,
  type ValueMap,
} from "../model/value.ts";

/** A value whose outer mappings are made when they are written: nobody needs thousands of hosts at once. */
export type JsonTree = Value | ReadonlyMap<string, () => JsonTree>;

/**
 * JSON as ansible-inventory prints it: four blanks of indentation, sorted keys, `2.0` and long integers exact. Unsafe and
 * encrypted values have Ansible's marks (`--host` has none for unsafe ones); what is encrypted stays so. In pieces of a size that is good to write: an
 * inventory of thousands of hosts is tens of megabytes.
 */
export function* jsonPieces(
  tree: JsonTree,
  unsafe: "marked" | "plain" = "marked",
): Generator<string> {
  const writer = new JsonWriter(unsafe);
  let piece = "";
  for (const part of writer.parts(tree, "")) {
    piece += part;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

const PIECE = 65_536;

/** Keys and group values repeat for thousands of hosts: each is written once. */
class JsonWriter {
  private readonly unsafe: "marked" | "plain";
  private readonly orders = new Map<string, readonly string[]>();
  private readonly keys = new Map<string, string>();
  private readonly containers = new WeakMap<object, Map<string, string>>();

  constructor(unsafe: "marked" | "plain") {
    this.unsafe = unsafe;
  }

  *parts(tree: JsonTree, indent: string): Generator<string> {
    if (!(tree instanceof Map)) {
      const value = tree as Value;
      // What is made for one host is not worth being remembered.
      yield isValueMap(value) ? this.mapping(value, indent) : this.text(value, indent);
      return;
    }
    const branches = tree as ReadonlyMap<string, () => JsonTree>;
    const deeper = `${indent}    `;
    let before = "{\n";
    for (const key of [...branches.keys()].toSorted()) {
      yield `${before}${deeper}${this.key(key)}: `;
      yield* this.parts(branches.get(key)?.() ?? null, deeper);
      before = ",\n";
    }
    yield branches.size === 0 ? "{}" : `\n${indent}}`;
  }

  text(value: Value, indent: string): string {
    if (typeof value === "string" || typeof value === "boolean" || value === null) {
      return JSON.stringify(value);
    }
    if (typeof value === "number") return numberText(value);
    return typeof value === "bigint" ? value.toString() : this.object(value, indent);
  }

  private object(value: Exclude<Value, null> & object, indent: string): string {
    if (value instanceof WholeFloat) return floatText(value.number);
    if (value instanceof UnsafeText) {
      const isPlain = this.unsafe === "plain";
      return this.text(isPlain ? value.text : { __ansible_unsafe: value.text }, indent);
    }
    if (value instanceof VaultText) return this.text({ __ansible_vault: value.ciphertext }, indent);
    if (value instanceof Timestamp) return JSON.stringify(value.iso);
    let known = this.containers.get(value);
    if (known === undefined) this.containers.set(value, (known = new Map()));
    let text = known.get(indent);
    if (text === undefined) known.set(indent, (text = this.container(value, indent)));
    return text;
  }

  private container(value: Exclude<Value, null> & object, indent: string): string {
    const deeper = `${indent}    `;
    let text = "";
    if (value instanceof KeyedMap) {
      // Of 1 and "1", which are one key in JSON, the last counts.
      return this.mapping(Object.fromEntries(textEntries(value)), indent);
    }
    if (isValueMap(value)) return this.mapping(value, indent);
    for (const item of value as readonly Value[]) {
      if (text !== "") text += ",\n";
      text += deeper + this.text(item, deeper);
    }
    return text === "" ? "[]" : `[\n${text}\n${indent}]`;
  }

  private mapping(value: ValueMap, indent: string): string {
    const deeper = `${indent}    `;
    let text = "";
    for (const key of this.sorted(Object.keys(value))) {
      if (text !== "") text += ",\n";
      text += `${deeper}${this.key(key)}: ${this.text(value[key] ?? null, deeper)}`;
    }
    return text === "" ? "{}" : `{\n${text}\n${indent}}`;
  }

  /** Hosts have their names in a few orders only. */
  private sorted(keys: readonly string[]): readonly string[] {
    const order = keys.join("\0");
    let known = this.orders.get(order);
    if (known === undefined) this.orders.set(order, (known = keys.toSorted()));
    return known;
  }

  private key(key: string): string {
    let text = this.keys.get(key);
    if (text === undefined) this.keys.set(key, (text = JSON.stringify(key)));
    return text;
  }
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
