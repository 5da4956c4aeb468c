import type { Json } from "../model/json.ts";
import {
  isValueMap,
  KeyedMap,
  Timestamp,
  UnsafeText,
  VaultText,
  WholeFloat,
} from "../model/value.ts";
import type { Value } from "../model/value.ts";
import { mapKey } from "./values/compare.ts";
import { momentOfTimestamp } from "./values/timestamp.ts";
import { Deferred, Dict, List } from "./values/datum.ts";
import type { Cell, Datum } from "./values/datum.ts";
import { isTemplate } from "./syntax/delimiters.ts";

/** How strings and secrets of a value become data. */
export interface Reading {
  /** A string that is a template. */
  readonly template: (source: string) => Datum;
  readonly secret: (vault: VaultText) => string;
  /** Asked about every value: a plan's placeholder for what is not known yet throws here. */
  readonly known: (value: Value) => void;
}

/** A value as templates see it: containers are read element by element, each only when it is used. */
export function readValue(value: Value, reading: Reading): Datum {
  reading.known(value);
  if (typeof value === "string") return isTemplate(value) ? reading.template(value) : value;
  if (typeof value === "number") return numberOf(value);
  if (value === null || typeof value !== "object" || value instanceof WholeFloat) return value;
  if (value instanceof UnsafeText) return value.text;
  if (value instanceof VaultText) return reading.secret(value);
  if (Array.isArray(value)) return new List(value.map((item: Value) => cell(item, reading)));
  if (value instanceof Timestamp) return momentOfTimestamp(value);
  if (value instanceof KeyedMap) return keyedDict(value, reading);
  if (!isValueMap(value)) return null;
  return new Dict({
    names: () => Object.keys(value),
    read: (name) => {
      const item = Object.hasOwn(value, name) ? value[name] : undefined;
      return item === undefined ? undefined : cell(item, reading);
    },
  });
}

function keyedDict(map: KeyedMap, reading: Reading): Dict {
  const dict = new Dict();
  for (const [name, item] of map.entries) {
    // A key is never a template: what is written is its name.
    const key = typeof name === "string" ? name : readValue(name, reading);
    dict.set(mapKey(key), key, cell(item, reading));
  }
  return dict;
}

function cell(value: Value, reading: Reading): Cell {
  if (typeof value === "string" && !isTemplate(value)) return value;
  if (value === null || typeof value === "boolean") return value;
  return new Deferred(() => readValue(value, reading));
}

/** Beyond 2^53 a number that looks whole can only have been a float. */
function numberOf(value: number): Datum {
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? new WholeFloat(value) : value;
}

const PLAIN: Reading = {
  template: (source) => source,
  secret: () => {
    throw new TypeError("JSON holds no vault values");
  },
  known: () => undefined,
};

/** JSON as data, its strings as plain text. */
export function datumOf(json: Json): Datum {
  return readValue(json, PLAIN);
}
