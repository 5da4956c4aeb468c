import { isValueMap, type Value } from "../model/value.ts";

/** `hash_behaviour = merge`: mappings are joined all the way down, anything else is replaced. */
export function mergedValue(before: Value, after: Value): Value {
  if (!isValueMap(before) || !isValueMap(after)) return after;
  const joined = new Map(Object.entries(before));
  for (const [key, value] of Object.entries(after)) {
    const old = joined.get(key);
    joined.set(key, old === undefined ? value : mergedValue(old, value));
  }
  return Object.fromEntries(joined);
}
