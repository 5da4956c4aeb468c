/** Mappings whose keys need not be text: how they are built, and how they look to whoever wants text. */
import {
  isValueMap,
  KeyedMap,
  Timestamp,
  WholeFloat,
  type Value,
  type ValueKey,
  type ValueMap,
} from "../model/value.ts";

/** A mapping with these entries: as in Python, equal keys are one, with the first spelling and the last value. */
export function mappingOf(entries: Iterable<readonly [ValueKey, Value]>): ValueMap | KeyedMap {
  const found = new Map<string, [ValueKey, Value]>();
  let plain = true;
  for (const [key, value] of entries) {
    const identity = keyIdentity(key);
    const known = found.get(identity);
    if (known === undefined) found.set(identity, [key, value]);
    else known[1] = value;
    plain &&= typeof key === "string" && !isIndex(key);
  }
  if (plain) return Object.fromEntries(found.values() as Iterable<[string, Value]>);
  return new KeyedMap([...found.values()]);
}

/** Equal for keys that are equal in Python: 1, 1.0 and True. A text is its own identity, unless it looks like another's. */
export function keyIdentity(key: ValueKey): string {
  if (typeof key === "string") return key.startsWith("\0") ? `\0text ${key}` : key;
  if (typeof key === "boolean") return `\0number ${key ? "1" : "0"}`;
  if (key instanceof WholeFloat) return `\0number ${String(key.number === 0 ? 0 : key.number)}`;
  if (key instanceof Timestamp) return `\0time ${key.iso}`;
  return key === null ? "\0null" : `\0number ${String(key)}`;
}

/** A key as JSON would write it. */
export function keyText(key: ValueKey): string {
  if (key === null) return "null";
  if (key instanceof WholeFloat) {
    const text = Object.is(key.number, -0) ? "-0" : String(key.number);
    return text.includes("e") ? text : `${text}.0`;
  }
  return key instanceof Timestamp ? key.iso : String(key);
}

/** Whether a value is a mapping of either kind. */
export function isMapping(value: Value | undefined): value is ValueMap | KeyedMap {
  return value instanceof KeyedMap || isValueMap(value);
}

export function entriesOf(map: ValueMap | KeyedMap): readonly (readonly [ValueKey, Value])[] {
  return map instanceof KeyedMap ? map.entries : Object.entries(map);
}

/** The entries with their keys as text, in order. */
export function textEntries(map: ValueMap | KeyedMap): [string, Value][] {
  if (!(map instanceof KeyedMap)) return Object.entries(map);
  return map.entries.map(([key, value]) => [keyText(key), value]);
}

/** A mapping with its own keys as text, what is inside as it was; anything else as it is. */
export function textKeyed(value: Value): Value {
  return value instanceof KeyedMap ? Object.fromEntries(textEntries(value)) : value;
}

/** Objects list keys that look like an array's indices first, in the order of numbers. */
function isIndex(key: string): boolean {
  return /^(?:0|[1-9]\d{0,9})$/.test(key);
}
