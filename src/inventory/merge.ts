import { entriesOf, isMapping, keyIdentity, mappingOf } from "../lib/mapping.ts";
import type { Value, ValueKey } from "../model/value.ts";

/** `hash_behaviour = merge`: mappings are joined all the way down, anything else is replaced. */
export function mergedValue(before: Value, after: Value): Value {
  if (!isMapping(before) || !isMapping(after)) return after;
  const joined = new Map<string, readonly [ValueKey, Value]>();
  for (const [key, value] of entriesOf(before)) joined.set(keyIdentity(key), [key, value]);
  for (const [key, value] of entriesOf(after)) {
    const old = joined.get(keyIdentity(key));
    joined.set(
      keyIdentity(key),
      old === undefined ? [key, value] : [old[0], mergedValue(old[1], value)],
    );
  }
  return mappingOf(joined.values());
}
