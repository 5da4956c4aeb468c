import type { Place } from "./diagnostic.ts";

/**
 * Text that must never be read as a template: an `!unsafe` string.
 * Everything that hosts say is kept out of templates by where it stands (see `VariableLayer`), not by this class.
 */
export class UnsafeText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** An `!vault` value as it stands in a file: still encrypted, decrypted when it is first used. */
export class VaultText {
  readonly ciphertext: string;
  readonly at: Place | undefined;
  constructor(ciphertext: string, at?: Place) {
    this.ciphertext = ciphertext;
    this.at = at;
  }
}

/** A float that happens to be whole: Python prints `2.0` where JavaScript prints `2`. Other floats are plain numbers. */
export class WholeFloat {
  readonly number: number;
  constructor(number: number) {
    this.number = number;
  }
}

/** A day, or a day with a time, as ISO writes it: `2024-01-02`, `2024-01-02T03:04:05.250000+01:00`. */
export class Timestamp {
  readonly iso: string;
  constructor(iso: string) {
    this.iso = iso;
  }
}

/** What Python can have as a key of a mapping. */
export type ValueKey = null | boolean | number | bigint | string | WholeFloat | Timestamp;

/**
 * A mapping that a plain object cannot hold: a key is no text, or looks like an index, which an object would move to
 * its front. Made by `lib/mapping.ts` only, so no two keys are equal in Python.
 */
export class KeyedMap {
  readonly entries: readonly (readonly [ValueKey, Value])[];
  constructor(entries: readonly (readonly [ValueKey, Value])[]) {
    this.entries = entries;
  }
}

/** What YAML, INI and templates yield: JSON plus what JSON cannot tell apart. Integers beyond 2^53 are bigint. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | UnsafeText
  | VaultText
  | WholeFloat
  | Timestamp
  | KeyedMap
  | readonly Value[]
  | { readonly [key: string]: Value };

/** A mapping whose keys are text, among values. */
export type ValueMap = { readonly [key: string]: Value };

export function isValueMap(value: Value | undefined): value is ValueMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof UnsafeText) &&
    !(value instanceof VaultText) &&
    !(value instanceof WholeFloat) &&
    !(value instanceof Timestamp) &&
    !(value instanceof KeyedMap)
  );
}

/**
 * Variables that share an origin. In a trusted layer (inventory, playbook, variable files, `-e`) every string is a
 * template and is rendered when it is used; in any other layer (registered values, facts, loop items) it is plain text.
 */
export interface VariableLayer {
  readonly trusted: boolean;
  readonly values: ValueMap;
}

/** Layers from lowest to highest precedence: the last layer that has a name wins. */
export type Scope = readonly VariableLayer[];
