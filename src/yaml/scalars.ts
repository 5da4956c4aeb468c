import { WholeFloat, type Value } from "../model/value.ts";

/**
 * What plain (unquoted) scalars mean in YAML 1.1 as PyYAML reads it, which is what Ansible reads. Surprises kept on
 * purpose: `0644` is 420, `22:00` is 1320, `1e3` is text, `y` and `n` are text. Dates
 * are text here: see `timestamp.ts`.
 */
export function plainScalar(text: string): Value {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  return integer(text) ?? float(text) ?? text;
}

/** What plain scalars mean in a file that is JSON: there `1e3` is a number and `NaN` is allowed. */
export function jsonScalar(text: string): Value {
  const word = JSON_WORDS.get(text);
  if (word !== undefined) return word;
  if (/^-?\d+$/.test(text)) return smallest(BigInt(text));
  return asFloat(Number(text));
}

/** The value of `!!bool`, `!!int` and the like; `undefined` when the text does not fit the tag. */
export function taggedScalar(tag: "bool" | "int" | "float", text: string): Value | undefined {
  switch (tag) {
    case "bool": {
      const word = WORDS.get(text) ?? WORDS.get(text.toLowerCase());
      return typeof word === "boolean" ? word : undefined;
    }
    case "int":
      return integer(text);
    case "float":
      return explicitFloat(text);
  }
}

/** A float that is whole is kept apart from an integer: Python prints `2.0`. */
export function asFloat(number: number): number | WholeFloat {
  return Number.isInteger(number) ? new WholeFloat(number) : number;
}

/** An integer in the type that holds it exactly. */
export function smallest(integerValue: bigint): number | bigint {
  const number = Number(integerValue);
  return Number.isSafeInteger(number) ? number : integerValue;
}

const WORDS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ...["", "~", "null", "Null", "NULL"].map((word): [string, Value] => [word, null]),
  ...spellings(["yes", "true", "on"]).map((word): [string, Value] => [word, true]),
  ...spellings(["no", "false", "off"]).map((word): [string, Value] => [word, false]),
]);

const JSON_WORDS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["null", null],
  ["true", true],
  ["false", false],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

function spellings(words: readonly string[]): string[] {
  return words.flatMap((word) => [
    word,
    word.charAt(0).toUpperCase() + word.slice(1),
    word.toUpperCase(),
  ]);
}

const BASES: readonly { readonly form: RegExp; readonly prefix: string }[] = [
  { form: /^0b([01_]*[01][01_]*)$/, prefix: "0b" },
  { form: /^0x([0-9a-fA-F_]*[0-9a-fA-F][0-9a-fA-F_]*)$/, prefix: "0x" },
  { form: /^0([0-7_]*[0-7][0-7_]*)$/, prefix: "0o" },
  { form: /^(0_*|[1-9][0-9_]*)$/, prefix: "" },
];

function integer(text: string): number | bigint | undefined {
  const { negative, digits } = withoutSign(text);
  const magnitude = /^[1-9][0-9_]*(?::[0-5]?[0-9])+$/.test(digits)
    ? digits.split(":").reduce((total, part) => total * 60n + BigInt(part.replaceAll("_", "")), 0n)
    : inSomeBase(digits);
  if (magnitude === undefined) return undefined;
  return smallest(negative ? -magnitude : magnitude);
}

function inSomeBase(digits: string): bigint | undefined {
  for (const { form, prefix } of BASES) {
    const found = form.exec(digits)?.[1];
    if (found !== undefined) return BigInt(prefix + found.replaceAll("_", ""));
  }
  return undefined;
}

function float(text: string): number | WholeFloat | undefined {
  const infinite = /^([-+]?)\.(?:inf|Inf|INF)$/.exec(text);
  if (infinite) return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^\.(?:nan|NaN|NAN)$/.test(text)) return Number.NaN;
  if (/^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/.test(text)) return sexagesimal(text);
  const decimal =
    /^[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?$/.test(text) ||
    /^\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?$/.test(text);
  return decimal ? asFloat(Number(text.replaceAll("_", ""))) : undefined;
}

function sexagesimal(text: string): number | WholeFloat {
  const { negative, digits } = withoutSign(text.replaceAll("_", ""));
  const total = digits.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return asFloat(negative ? -total : total);
}

/** `!!float` takes whatever Python's float() takes, so `3` and `1e3` as well. */
function explicitFloat(text: string): number | WholeFloat | undefined {
  const found = float(text);
  if (found !== undefined) return found;
  const plain = text.replaceAll("_", "").trim();
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(plain)
    ? asFloat(Number(plain))
    : undefined;
}

function withoutSign(text: string): { negative: boolean; digits: string } {
  const signed = text.startsWith("-") || text.startsWith("+");
  return { negative: text.startsWith("-"), digits: signed ? text.slice(1) : text };
}
