import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { runbookHere } from "../helpers/in-process.ts";

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

/** Refused here, with a place, and read by Ansible; or the other way round. docs/reference/ansible-differences.md has them. */
const DIFFERENT: ReadonlySet<string> = new Set([
  ...["!!binary aGVsbG8=", "&a [*a]", "anchor-recursive", '"a"# c', "|#c\n  a\n"],
  ...["anchor-alias-tight", '"\u0085"', "long-key", "block-tabs"],
]);

function cases(file: string): OracleCase[] {
  const path = join(import.meta.dirname, "../fixtures/oracle/yaml", file);
  const parsed: { cases: OracleCase[] } = JSON.parse(readFileSync(path, "utf8"));
  return parsed.cases;
}

const documents = [
  ...cases("scalars.json").map((one) => ({
    name: one.text,
    text: `v: ${one.text}\n`,
    expected: "error" in one.expect ? undefined : scalarDocument(one.expect),
  })),
  ...cases("documents.json").map((one) => ({
    name: one.id ?? "",
    text: one.text,
    expected: "error" in one.expect ? undefined : printed(one.expect.value),
  })),
];

describe("a file of variables that is read by inventory --list", () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "yaml-"));
    mkdirSync(join(root, "group_vars"));
    writeFileSync(join(root, "hosts"), "h1\n");
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const same = documents.filter(({ name }) => !DIFFERENT.has(name));
  test.each(same.map((one) => [one.name, one] as const))("%j", async (_name, one) => {
    writeFileSync(join(root, "group_vars", "all.yml"), one.text);
    const { code, out } = await runbookHere(["inventory", "-i", "hosts", "--list"], root);
    const { expected } = one;
    if (expected === undefined || (expected !== null && !isMap(expected))) {
      expect([code, out]).toEqual([16, ""]);
      return;
    }
    const exact = out.replaceAll(/"(?:[^"\\]|\\.)*"|-?(?:\d[\d.eE+-]*|Infinity)|NaN/g, (found) =>
      found.startsWith('"') ? found : `"<${/^-?\d+$/.test(found) ? found : float(found)}>"`,
    );
    const read = JSON.parse(exact) as { _meta: { hostvars: { h1?: unknown } } };
    expect(read._meta.hostvars.h1 ?? null).toEqual(isHollow(expected) ? null : expected);
  });
});

function scalarDocument({ value, type }: { value: Expected; type?: string }): unknown {
  return type === undefined || type === "document" ? printed(value) : { v: printed(value) };
}

/** As ansible-inventory prints it, with numbers as text that tells integers from floats. */
function printed(value: Expected): unknown {
  if (typeof value === "number") return `<${String(value)}>`;
  if (Array.isArray(value)) return (value as readonly Expected[]).map(printed);
  if (typeof value !== "object" || value === null) return value;
  const map = value as ExpectedMap;
  const text = typeof map["text"] === "string" ? map["text"] : "";
  const items = (map["items"] ?? []) as readonly Expected[];
  switch (map["__type"]) {
    case "float":
      return `<${float(text.replace("inf", "Infinity"))}>`;
    case "int":
      return `<${text}>`;
    case "date":
    case "datetime":
      return text;
    case "set":
    case "tuple":
      return items.map(printed);
    case "map":
      return Object.fromEntries(
        (items as readonly (readonly [Expected, Expected])[]).map(([key, item]) => [
          typeof key === "string" ? key : keyOf(key),
          printed(item),
        ]),
      );
    default:
      return Object.fromEntries(Object.entries(map).map(([key, item]) => [key, printed(item)]));
  }
}

function keyOf(key: Expected): string {
  const text = isMap(key) && "text" in key ? key["text"] : undefined;
  return typeof text === "string" ? text : JSON.stringify(key);
}

function float(text: string): string {
  return `float ${Object.is(Number(text), -0) ? "-0" : String(Number(text))}`;
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isHollow(value: unknown): boolean {
  return value === null || (isMap(value) && Object.keys(value).length === 0);
}
