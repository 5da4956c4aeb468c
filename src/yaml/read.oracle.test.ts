import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "@jest/globals";
import {
  KeyedMap,
  Timestamp,
  UnsafeText,
  VaultText,
  WholeFloat,
  type Value,
} from "../model/value.ts";
import { readYaml } from "./read.ts";

/** ansible-core's answers; test/fixtures/oracle/yaml/README.md has the format. */
interface OracleCase {
  readonly id?: string;
  readonly text: string;
  readonly expect:
    { readonly value: Expected; readonly type?: string } | { readonly error: object };
}
type Expected = null | boolean | number | string | readonly Expected[] | ExpectedMap;
interface ExpectedMap {
  readonly [key: string]: Expected;
}

const LINE_ENDS = "U+0085 and U+2028 end lines in YAML 1.1 only; here they are refused";
const STRICTER = "YAML wants a blank there; the error says where";

/** Where we answer differently on purpose, by id or text. */
const DIFFERENCES: ReadonlyMap<string, string> = new Map([
  ["!!binary aGVsbG8=", "bytes are no value of ours; the error says to use b64decode"],
  ["&a [*a]", "a value that contains itself cannot be printed, compared or journaled"],
  ['"a"# c', STRICTER],
  ["|#c\n  a\n", STRICTER],
  ["anchor-alias-tight", STRICTER],
  ['"\u0085"', LINE_ENDS],
  ["long-key", "a key of more than 1024 characters is harmless"],
  ["block-tabs", "a tab behind the indentation of a block scalar is text, also on its first line"],
  ["anchor-recursive", "a value that contains itself cannot be printed, compared or journaled"],
]);

function cases(file: string): OracleCase[] {
  const path = join(import.meta.dirname, "../../test/fixtures/oracle/yaml", file);
  const parsed: { cases: OracleCase[] } = JSON.parse(readFileSync(path, "utf8"));
  return parsed.cases;
}

describe("YAML is read as ansible-core reads it", () => {
  const scalars = cases("scalars.json").map((one): [string, string, OracleCase] => [
    one.text,
    `v: ${one.text}\n`,
    one,
  ]);
  const documents = cases("documents.json").map((one): [string, string, OracleCase] => [
    one.id ?? "",
    one.text,
    one,
  ]);

  const same = [...scalars, ...documents].filter(([name]) => !DIFFERENCES.has(name));
  test.each(same)("%j", (_name, text, oracle) => {
    const read = readYaml(text, "oracle.yml", { duplicateKeys: "warning", types: "exact" });
    if ("error" in oracle.expect) {
      expect(read.value).toBeUndefined();
      expect(read.problems[0]?.at?.line).toBeGreaterThan(0);
      return;
    }
    expect(read.problems.filter((problem) => problem.severity === "error")).toEqual([]);
    const whole = oracle.expect.type === undefined || oracle.expect.type === "document";
    const expected = whole ? oracle.expect.value : { v: oracle.expect.value };
    expect(comparable(read.value?.value ?? null)).toEqual(normalised(expected));
  });

  const different = [...scalars, ...documents].filter(([name]) => DIFFERENCES.has(name));
  test.each(different)("%j differs on purpose", (_name, text, oracle) => {
    const read = readYaml(text, "oracle.yml", { duplicateKeys: "warning", types: "exact" });
    const agrees =
      "error" in oracle.expect
        ? read.value === undefined
        : isDeepStrictEqual(
            comparable(read.value?.value ?? null),
            normalised(
              oracle.expect.type === undefined || oracle.expect.type === "document"
                ? oracle.expect.value
                : { v: oracle.expect.value },
            ),
          );
    expect(agrees).toBe(false);
  });

  test("every difference is about a case that exists", () => {
    const names = new Set([...scalars, ...documents].map(([name]) => name));
    expect([...DIFFERENCES.keys()].filter((name) => !names.has(name))).toEqual([]);
  });
});

/** Both sides with floats told from integers, and dates and keys with their types. */
function comparable(value: Value): unknown {
  if (value instanceof WholeFloat) return float(value.number);
  if (value instanceof Timestamp)
    return { __type: value.iso.includes("T") ? "datetime" : "date", text: value.iso };
  if (value instanceof KeyedMap) {
    const items = value.entries.map(([key, item]) => [comparable(key), comparable(item)]);
    const named = items.every(([key]) => typeof key === "string");
    return named ? Object.fromEntries(items) : { items };
  }
  if (value instanceof UnsafeText) return { __ansible_unsafe: value.text };
  if (value instanceof VaultText) return { __ansible_vault: value.ciphertext };
  if (typeof value === "bigint") return { __type: "int", text: String(value) };
  if (typeof value === "number") return Number.isInteger(value) ? value : float(value);
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, comparable(item)]));
  }
  return value;
}

function normalised(value: Expected): unknown {
  if (Array.isArray(value)) return value.map(normalised);
  if (typeof value !== "object" || value === null) return value;
  const map = value as ExpectedMap & { readonly items?: readonly Expected[] };
  const text = typeof map["text"] === "string" ? map["text"] : "";
  switch (map["__type"]) {
    case "float":
      return float(
        text.endsWith("inf") ? (text.startsWith("-") ? -Infinity : Infinity) : Number(text),
      );
    case "date":
    case "datetime":
      return { __type: map["__type"], text };
    case "set":
    case "tuple":
      return (map.items ?? []).map(normalised);
    case "map":
      return { items: (map.items ?? []).map(normalised) };
    default:
      return Object.fromEntries(Object.entries(map).map(([key, item]) => [key, normalised(item)]));
  }
}

function float(number: number): object {
  return { float: Object.is(number, -0) ? "-0" : String(number) };
}
