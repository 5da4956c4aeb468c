import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { insertKey, removeKey, setScalar, type EditableScalar } from "./edit.ts";
import { readYaml, type YamlPath } from "./read.ts";

const file = "group_vars/dns_auth.yml";
const set = (text: string, path: YamlPath, value: EditableScalar) =>
  setScalar(text, path, value, { file });

/** The ways in which real files are awkward. `@` marks the value that is edited; it is cut out together with what is between the marks. */
const TRICKY: readonly (readonly [string, YamlPath, string])[] = [
  ["plain", ["p"], "a: 1\np: ⟦v5⟧\nz: 2\n"],
  ["double quotes", ["p"], 'p: ⟦"v5"⟧  # why\nz: 2\n'],
  ["single quotes with an apostrophe inside", ["p"], "p: ⟦'it''s'⟧\n"],
  [
    "comments and blank lines around",
    ["a", "p"],
    "# top\na:\n\n  # above\n  p: ⟦v5⟧   # beside\n\n  # below\n\nz: 1 # end\n",
  ],
  ["a folded text over several lines", ["p"], "p: ⟦>-\n  one\n  two\n⟧z: 1\n"],
  ["a literal text", ["p"], "p: ⟦|\n  one\n   two\n⟧# c\nz: 1\n"],
  ["a flow mapping", ["m", "p"], "m: { a: 1 , p: ⟦v5⟧ ,z: [ 1,2 ] }\n"],
  ["a flow mapping over several lines", ["m", "p"], "m: {\n  a: 1,\n  p: ⟦v5⟧, # c\n}\n"],
  [
    "a flow mapping closed in the key's column",
    ["k", "m", "p"],
    "k:\n  m: {\n  p: ⟦v5⟧\n  }\nz: 1\n",
  ],
  ["Windows line ends", ["p"], "a: 1\r\np: ⟦v5⟧ # c\r\nz: 2\r\n"],
  ["no line end at the end", ["p"], "a: 1\np: ⟦v5⟧"],
  ["tabs in comments and behind colons", ["p"], "a:\t1\t# x\ty\np:\t⟦v5⟧\t# c\n"],
  ["a line of 300 characters", ["p"], `a: ${"x".repeat(300)}\np: ⟦v5⟧\nz: ${"y ".repeat(150)}z\n`],
  ["anchors and merges elsewhere", ["u", "p"], "b: &b {x: 1}\nu:\n  <<: *b\n  p: ⟦v5⟧\n  q: *b\n"],
  ["an alias as the value", ["p"], "a: &a v5\np: ⟦*a⟧\n"],
  ["a tag that stays", ["p"], "p: !!str ⟦5⟧\n"],
  ["an empty value", ["p"], "a: 1\np:⟦⟧\nz: 2\n"],
  ["an empty value before a comment", ["p"], "p:⟦⟧   # none yet\n"],
  ["a tilde", ["p"], "p: ⟦~⟧\n"],
  ["lists that are not indented", ["l", 1, "p"], "l:\n- a: 1\n- p: ⟦v5⟧\n  z: 2\n"],
  ["a directive and document marks", ["p"], "%YAML 1.1\n---\np: ⟦v5⟧\n...\n"],
  ["quoted and explicit keys", ["k y", "p"], "? \"k y\"\n: 'p': ⟦v5⟧\n"],
  ["a byte order mark and an emoji", ["p"], '\uFEFF"😀": 😀\np: ⟦v5⟧\n'],
  ["odd indentation", ["a", "p"], "a:\n       b:\n        - c\n       p: ⟦v5⟧\n"],
  ["a plain text over two lines", ["p"], "p: ⟦one\n  two⟧\nz: 1\n"],
  ["a quoted text at the key's column", ["a", "p"], 'a:\n  p: ⟦"one\n  two"⟧\n'],
  ["JSON", ["m", "p"], '{\n\t"m": {"a": 1.0e3, "p": ⟦"v5"⟧}\n}\n'],
  ["a hash inside a plain text", ["p"], "a: x#y\np: ⟦v#5⟧ # c\n"],
  ["trailing blanks", ["p"], "a: 1   \np: ⟦v5⟧   \nz: 2\t\n"],
  [
    "secrets and templates nearby",
    ["p"],
    'x: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\np: ⟦"{{ y }}"⟧\n',
  ],
];

const VALUES: readonly EditableScalar[] = [
  "v6",
  "a: b #c",
  "yes",
  `'q' "d"`,
  "",
  " lead",
  "trail ",
  "{{ x }}",
  "0644",
  "1e3",
  "0x1F",
  "22:00",
  "*",
  "a\nb",
  "\u0085é😀",
  "~",
  "- x",
  "#",
];

function cut(marked: string) {
  const [before = "", old = "", after = ""] = marked.split(/[⟦⟧]/);
  return { before, old, after, text: before + old + after };
}

describe("setting a scalar", () => {
  describe.each(TRICKY)("in a file with %s", (_name, path, marked) => {
    const { before, after, text } = cut(marked);

    test.each(VALUES)("%j is read back, and no other byte changes", (value) => {
      const { value: changed, problems } = set(text, path, value);
      expect(problems).toEqual([]);
      expect(changed?.startsWith(before)).toBe(true);
      expect(changed?.endsWith(after)).toBe(true);
      expect(valueAt(changed ?? "", path)).toEqual(value);
    });
  });

  test.each([6, -1.5, true, false])("%j keeps its type, whatever quotes were there", (value) => {
    for (const text of ["p: 5\n", 'p: "5"\n', "p: '5'\n", "p:\n", "p: |\n  5\n", '{"p": "5"}']) {
      expect(valueAt(set(text, ["p"], value).value ?? "", ["p"])).toBe(value);
    }
  });

  test("quotes stay what they are", () => {
    expect(set("p: 'v5'\n", ["p"], "v6").value).toBe("p: 'v6'\n");
    expect(set('p: "v5"\n', ["p"], "v6").value).toBe('p: "v6"\n');
    expect(set("p: v5\n", ["p"], "v6").value).toBe("p: v6\n");
  });

  test("going back gives the bytes of before", () => {
    for (const [name, path, marked] of TRICKY.filter(([title]) =>
      /plain$|quotes$|flow|Windows|JSON|blanks/.test(title),
    )) {
      const { text } = cut(marked);
      const old = valueAt(text, path);
      const there = set(text, path, "v6").value ?? "";
      expect([name, set(there, path, old as EditableScalar).value]).toEqual([name, text]);
    }
  });

  test("a value that others repeat is not edited", () => {
    const { value, problems } = set("a: &a v5\nb: *a\n", ["a"], "v6");
    expect(value).toBeUndefined();
    expect(problems[0]).toMatchObject({
      code: "yaml-edit/unfaithful",
      at: { file, line: 1, column: 7 },
    });
  });

  test.each([
    ["p: {a: 1}\n", ["p"], "yaml-edit/not-scalar"],
    ["p: 1\n", ["q"], "yaml-edit/not-found"],
    ["p: 1\n", ["p", "q"], "yaml-edit/not-found"],
    ["l: [1]\n", ["l", 3], "yaml-edit/not-found"],
    ["", ["q"], "yaml-edit/not-found"],
    ["b: &b {p: 1}\nu: {<<: *b}\n", ["u", "p"], "yaml-edit/not-found"],
    ["p: !vault x\n", ["p"], "yaml-edit/encrypted"],
    ["p: [\n", ["p"], "yaml/unclosed-bracket"],
  ])("%j at %j is refused with %s", (text, path, code) => {
    const { value, problems } = set(text, path, "v6");
    expect(value).toBeUndefined();
    expect(problems.map((problem) => problem.code)).toEqual([code]);
  });

  test("of duplicate keys the one that counts is edited", () => {
    expect(set("p: 1\np: 2\n", ["p"], "x").value).toBe("p: 1\np: x\n");
  });
});

describe("inserting a key and taking it back", () => {
  test.each<[string, string, YamlPath, string]>([
    [
      "beside its siblings",
      "o:\n  a: 1\n  b: 2 # c\nz: 1\n",
      ["o", "p"],
      "o:\n  a: 1\n  b: 2 # c\n  p: v6\nz: 1\n",
    ],
    ["at the top", "a: 1\n", ["p"], "a: 1\np: v6\n"],
    ["without a final line end", "o:\n  a: 1", ["o", "p"], "o:\n  a: 1\n  p: v6"],
    ["with Windows line ends", "o:\r\n  a: 1\r\n", ["o", "p"], "o:\r\n  a: 1\r\n  p: v6\r\n"],
    ["into a flow mapping", "o: { a: 1 }\n", ["o", "p"], "o: { a: 1, p: v6 }\n"],
    ["into an empty flow mapping", "o: {}\n", ["o", "p"], "o: {p: v6}\n"],
    [
      "into a flow mapping over several lines",
      "o: {\n  a: 1,\n  b: 2\n}\n",
      ["o", "p"],
      "o: {\n  a: 1,\n  b: 2,\n  p: v6\n}\n",
    ],
    [
      "into JSON",
      '{\n  "o": {\n    "a": 1\n  }\n}\n',
      ["o", "p"],
      '{\n  "o": {\n    "a": 1,\n    "p": "v6"\n  }\n}\n',
    ],
    ["under a key without a value", "o: # none\nz: 1\n", ["o", "p"], "o: # none\n  p: v6\nz: 1\n"],
    ["with its parents", "s:\n  t: S3\n", ["s", "o", "p"], "s:\n  t: S3\n  o:\n    p: v6\n"],
    [
      "with its parents into a flow mapping",
      "s: {t: S3}\n",
      ["s", "o", "p"],
      "s: {t: S3, o: {p: v6}}\n",
    ],
    [
      "behind a nested sibling",
      "o:\n  a:\n    - 1\n    - x: 2\n\n# end\nz: 1\n",
      ["o", "p"],
      "o:\n  a:\n    - 1\n    - x: 2\n  p: v6\n\n# end\nz: 1\n",
    ],
    [
      "behind a literal text",
      "o:\n  a: |\n    x\n    y\nz: 1\n",
      ["o", "p"],
      "o:\n  a: |\n    x\n    y\n  p: v6\nz: 1\n",
    ],
    [
      "into a mapping in a list",
      "l:\n  - a: 1\n  - b: 2\n",
      ["l", 0, "p"],
      "l:\n  - a: 1\n    p: v6\n  - b: 2\n",
    ],
    [
      "beside a merge",
      "b: &b {p: 1}\nu:\n  <<: *b\n",
      ["u", "p"],
      "b: &b {p: 1}\nu:\n  <<: *b\n  p: v6\n",
    ],
    ["into an empty file", "", ["p"], "p: v6\n"],
    ["into a file with only comments", "# none\n", ["a", "p"], "# none\na:\n  p: v6\n"],
    ["before the end mark", "---\na: 1\n...\n", ["p"], "---\na: 1\np: v6\n...\n"],
    ["behind a byte order mark", "\uFEFFa: 1\n", ["p"], "\uFEFFa: 1\np: v6\n"],
    [
      "before its siblings where behind would change the last one",
      "a: 1\nb: |\n  x",
      ["p"],
      "p: v6\na: 1\nb: |\n  x",
    ],
  ])("%s", (_name, text, path, wanted) => {
    const { value, problems } = insertKey(text, path, "v6", { file });
    expect(problems).toEqual([]);
    expect(value?.text).toBe(wanted);
    expect(removeKey(wanted, value?.inserted ?? [], { file }).value).toBe(text);
  });

  test("says which key goes when it is taken back", () => {
    expect(insertKey("a: 1\n", ["s", "o", "p"], 1, { file }).value?.inserted).toEqual(["s"]);
  });

  test.each([
    ["p: 1\n", ["p"], "yaml-edit/exists"],
    ["o: text\n", ["o", "p"], "yaml-edit/not-mapping"],
    ["o: ~\n", ["o", "p"], "yaml-edit/not-mapping"],
    ["o: [1]\n", ["o", "p"], "yaml-edit/not-mapping"],
    ["b: &b {a: 1}\no: *b\n", ["o", "p"], "yaml-edit/not-mapping"],
    ["l: [1]\n", ["l", 4], "yaml-edit/not-found"],
    ["b: &b\n  a: 1\nc: *b\n", ["b", "p"], "yaml-edit/unfaithful"],
  ])("%j at %j is refused with %s", (text, path, code) => {
    const { value, problems } = insertKey(text, path, "v6", { file });
    expect(value).toBeUndefined();
    expect(problems[0]?.code).toBe(code);
  });
});

describe("removing a key", () => {
  test.each<[string, string, YamlPath, string]>([
    ["the first of a list item", "l:\n- p: 1\n  b: 2\n", ["l", 0, "p"], "l:\n- b: 2\n"],
    ["a nested mapping", "a: 1\np:\n  x:\n    - 1\nz: 1\n", ["p"], "a: 1\nz: 1\n"],
    ["the first in braces", "{p: 1, b: 2}\n", ["p"], "{b: 2}\n"],
    ["the only one", "o:\n  p: 1\n", ["o", "p"], "o:\n"],
  ])("%s", (_name, text, path, wanted) => {
    expect(removeKey(text, path, { file })).toEqual({ value: wanted, problems: [] });
  });

  test.each([
    ["a: &a 1\nb: *a\n", ["a"], "yaml-edit/unfaithful"],
    ["l: [1, 2]\n", ["l", 0], "yaml-edit/not-key"],
    ["- p: 1\n", [0, "p"], "yaml-edit/not-removable"],
    ["a: 1\n", ["p"], "yaml-edit/not-found"],
  ])("%j at %j is refused with %s", (text, path, code) => {
    expect(removeKey(text, path, { file }).problems[0]?.code).toBe(code);
  });
});

describe("edits of any file", () => {
  const scalar = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.integer(), fc.boolean());
  const name = fc
    .stringMatching(/^[a-z][a-z_]{0,5}$/)
    .filter((word) => !/^(no?|on|off|y|yes|true|false|null)$/.test(word));

  test("an inserted key is read back and taken back byte for byte", () => {
    const lines = fc.array(fc.tuple(name, scalar), { maxLength: 6 });
    fc.assert(
      fc.property(lines, fc.constantFrom("\n", "\r\n"), scalar, (entries, lineEnd, value) => {
        const text = entries
          .map(
            ([key, item]) =>
              `${key}: ${typeof item === "string" ? JSON.stringify(item) : String(item)}${lineEnd}`,
          )
          .join("");
        const inserted = insertKey(text, ["new", "key"], value, { file });
        // Half characters and control characters are refused, or cannot be read to begin with.
        if (inserted.value === undefined) return;
        expect(valueAt(inserted.value.text, ["new", "key"])).toEqual(value);
        expect(removeKey(inserted.value.text, inserted.value.inserted, { file }).value).toBe(text);
      }),
      { numRuns: 300 },
    );
  });
});

function valueAt(text: string, path: YamlPath): unknown {
  const read = readYaml(text, file, { duplicateKeys: "warning" });
  return path.reduce<unknown>(
    (value, part) => (value as Record<string | number, unknown>)[part],
    read.value?.value,
  );
}
