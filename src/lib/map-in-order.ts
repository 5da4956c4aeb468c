import type { Value, ValueMap } from "../model/value.ts";

/** JavaScript moves keys that look like indexes to the front; a map of Python keeps every key where it was set. */
export function mapInOrder(pairs: readonly (readonly [string, Value])[]): ValueMap {
  const map: ValueMap = Object.fromEntries(pairs);
  const wanted = [...new Set(pairs.map(([key]) => key))];
  const stands = Object.keys(map).every((key, index) => key === wanted[index]);
  return stands ? map : new Proxy(map, { ownKeys: () => wanted });
}
