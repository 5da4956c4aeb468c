import { describe, expect, test } from "@jest/globals";
import { UnsafeText, VaultText } from "../model/value.ts";
import { readYaml } from "./read.ts";

const read = (text: string, duplicateKeys: "error" | "warning" = "error") =>
  readYaml(text, "site.yml", { duplicateKeys });
const problemsOf = (text: string) =>
  read(text).problems.map(({ code, at }) => `${code} ${String(at?.line)}:${String(at?.column)}`);

describe("what is in a YAML file", () => {
  test("integers beyond 2^53 are exact", () => {
    expect(read("a: 12345678901234567890\nb: -9007199254740993").value?.value).toEqual({
      a: 12345678901234567890n,
      b: -9007199254740993n,
    });
  });

  test("vault values know where they stand", () => {
    const document = read("a: 1\nb: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n").value;
    expect(document?.value).toEqual({
      a: 1,
      b: new VaultText("$ANSIBLE_VAULT;1.1;AES256\n6162\n", {
        file: "site.yml",
        line: 2,
        column: 11,
      }),
    });
  });

  test("unsafe reaches every text inside a list or mapping", () => {
    expect(read("a: !unsafe [x, 1, {k: y}]").value?.value).toEqual({
      a: [new UnsafeText("x"), 1, { k: new UnsafeText("y") }],
    });
  });

  test("of merged mappings the first wins, and what is written wins over both", () => {
    const text = "a: &a {x: 1, y: 1}\nb: &b {x: 2, z: 2}\nc: {<<: [*a, *b], y: 3}\n";
    expect(read(text).value?.value).toMatchObject({ c: { x: 1, y: 3, z: 2 } });
  });

  test("overriding what was merged is no duplicate", () => {
    expect(read("a: &a {x: 1}\nb: {<<: *a, x: 2}\n").problems).toEqual([]);
  });

  test("keys that JavaScript would take for its own are ordinary keys, all but one", () => {
    expect(Object.keys(read("constructor: 1\ntoString: 2").value?.value ?? {})).toEqual([
      "constructor",
      "toString",
    ]);
    expect(problemsOf("a:\n  __proto__: {x: 1}\n")).toEqual(["yaml/forbidden-key 2:3"]);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });
});

describe("duplicate keys", () => {
  test("are an error in playbooks and name the first", () => {
    const { value, problems } = read("a: 1\nb: 2\na: 3\n");
    expect(value).toBeUndefined();
    expect(problems).toMatchObject([
      {
        severity: "error",
        summary: 'duplicate key "a", first on line 1',
        at: { line: 3, column: 1 },
      },
    ]);
  });

  test("are a warning in variable files, and the last one counts", () => {
    const { value, problems } = read("a: 1\na: 3\n", "warning");
    expect(value?.value).toEqual({ a: 3 });
    expect(problems).toMatchObject([{ severity: "warning", code: "yaml/duplicate-key" }]);
  });
});

describe("places", () => {
  const text = [
    "# comment",
    "hosts: all",
    "tasks:",
    '  - name: "one"',
    "    copy: { src: a, dest: [x, 22:00] }",
    "  -",
    "base: &base",
    "  k: v",
    "use:",
    "  <<: *base",
    "again: *base",
    "",
  ].join("\n");
  const document = read(text).value;
  const at = (path: (string | number)[], what?: "key" | "value") => {
    const place = document?.placeOf(path, what);
    return `${String(place?.line)}:${String(place?.column)}`;
  };

  test("of values and of keys", () => {
    expect(at(["hosts"])).toBe("2:8");
    expect(at(["hosts"], "key")).toBe("2:1");
    expect(at(["tasks", 0, "name"])).toBe("4:11");
    expect(at(["tasks", 0, "copy", "dest", 1])).toBe("5:31");
    expect(at(["tasks", 0, "copy", "dest"], "key")).toBe("5:21");
    expect(at(["tasks", 1])).toBe("6:4");
    expect(at([])).toBe("2:1");
  });

  test("of what is missing are those of the nearest thing that exists", () => {
    expect(at(["tasks", 0, "copy", "mode"])).toBe("5:5");
    expect(at(["tasks", 7, "copy"])).toBe("3:1");
    expect(at(["nothing"])).toBe("2:1");
  });

  test("go through merges and aliases to where the value is written", () => {
    expect(at(["use", "k"])).toBe("8:6");
    expect(at(["again"])).toBe("11:8");
    expect(at(["again", "k"])).toBe("8:6");
  });

  test("tell how a scalar is written", () => {
    expect(document?.styleOf(["tasks", 0, "name"])).toBe("double");
    expect(document?.styleOf(["tasks", 0, "copy", "dest", 1])).toBe("plain");
    expect(document?.styleOf(["tasks"])).toBeUndefined();
    expect(document?.styleOf(["nothing"])).toBeUndefined();
  });

  test("are those of the file where lines had to be taken as if they were indented", () => {
    const relaxed = read('a: {\nb: 1,\nc: [\n2\n]\n}\nd: "x\ny"\ne: 1\n').value;
    expect(relaxed?.value).toEqual({ a: { b: 1, c: [2] }, d: "x y", e: 1 });
    expect(relaxed?.placeOf(["a", "c", 0])).toMatchObject({ line: 4, column: 1 });
    expect(relaxed?.placeOf(["e"])).toMatchObject({ line: 9, column: 4 });
  });
});

describe("bad input has a place and a code", () => {
  test.each([
    ["a: {{ x }}\n", "yaml/unquoted-template 1:5"],
    ["a: {{ x }}/y\n", "yaml/unquoted-template 1:11"],
    ["l:\n  - {{ x }}\n", "yaml/unquoted-template 2:6"],
    ["a:\n\tb: 1\n", "yaml/tab 2:1"],
    ["a: 'b' c\n", "yaml/text-after-quote 1:8"],
    ["a: b: c\n", "yaml/colon-in-text 1:5"],
    ["a: @b\n", "yaml/reserved-character 1:4"],
    ["a: *.example.com\n", "yaml/unknown-anchor 1:4"],
    ["a: !important\n", "yaml/unknown-tag 1:4"],
    ['a: "b\n', "yaml/unclosed-quote 2:1"],
    ["a: [1, 2\n", "yaml/unclosed-bracket 2:1"],
    ["a: 1\n b: 2\n", "yaml/indentation 2:3"],
    ["a:\n  - 1\n - 2\n", "yaml/indentation 3:2"],
    ["a: 1\n---\nb: 2\n", "yaml/two-documents 2:1"],
    ["---\na: |\n  x\n---\nb: 2\n", "yaml/two-documents 4:1"],
    ["a: x\0y\n", "yaml/control-character 1:5"],
    ["a: 1\nb: \u001b[31m\n", "yaml/control-character 2:4"],
    ["a: &a [*a]\n", "yaml/recursive-alias 1:8"],
    ["a: &x 1\nb: &x 2\n", "yaml/duplicate-anchor 2:7"],
    ["[1]: 2\n", "yaml/complex-key 1:1"],
    ["a: !vault\n", "yaml/empty-vault 1:10"],
    ["a: {<<: 5}\n", "yaml/merge-source 1:9"],
    ["%FOO\n---\na: 1\n", "yaml/directive 1:1"],
    [": 1\n", "yaml/empty-key 1:1"],
    ["a: !!int x\n", "yaml/tag-mismatch 1:10"],
    [`${"[".repeat(1000)}\n`, "yaml/too-deep 1:200"],
    ["a: 1\n\uFEFFb: 2\n", "yaml/byte-order-mark 2:1"],
  ])("%j: %s", (text, wanted) => {
    const { value, problems } = read(text);
    expect(value).toBeUndefined();
    expect(problemsOf(text)).toEqual([wanted]);
    expect(problems[0]?.summary).not.toMatch(/\.$/);
  });

  test("all at once, as far as the syntax holds", () => {
    expect(problemsOf("a: *x\nb: !foo 1\na: 2\n")).toEqual([
      "yaml/unknown-anchor 1:4",
      "yaml/unknown-tag 2:4",
      "yaml/duplicate-key 3:1",
    ]);
  });

  test("files without content are no error", () => {
    for (const text of ["", "\n", "# only a comment\n", "---\n", "\uFEFF", "---\n...\n"]) {
      expect(read(text)).toMatchObject({ value: { value: null }, problems: [] });
    }
  });

  test("an alias bomb is refused quickly", () => {
    const lines = Array.from({ length: 12 }, (_, level) =>
      level === 0
        ? "a0: &a0 [x,x,x,x,x,x,x,x]"
        : `a${level}: &a${level} [${Array(8)
            .fill(`*a${level - 1}`)
            .join(",")}]`,
    );
    expect(problemsOf(lines.join("\n"))).toEqual([expect.stringMatching(/^yaml\/too-large 7:/)]);
  });

  test("a merge bomb is refused", () => {
    const keys = Array.from({ length: 1000 }, (_, index) => `k${index}: 1`).join(", ");
    const text = `b: &b {${keys}}\nl:\n${"  - {<<: *b}\n".repeat(3000)}`;
    expect(problemsOf(text)).toEqual([expect.stringMatching(/^yaml\/too-large/)]);
  });

  test("a file of 17 MiB is refused", () => {
    expect(problemsOf(`# ${"x".repeat(17 * 1024 * 1024)}\n`)).toEqual(["yaml/too-large 1:1"]);
  });
});
