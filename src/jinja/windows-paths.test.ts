import { expect, test } from "@jest/globals";
import { renderValue } from "./index.ts";

const SOURCE = "{{ [p | win_splitdrive, p | win_dirname, p | win_basename] }}";

/** As Python's ntpath answers: drive and rest, folder, name. */
const PATHS: readonly (readonly [string, readonly [string, string], string, string])[] = [
  ["a: 1\nx", ["a:", " 1\nx"], "a:", " 1\nx"],
  ["c:", ["c:", ""], "c:", ""],
  ["c:\\x", ["c:", "\\x"], "c:\\", "x"],
  ["c:x", ["c:", "x"], "c:", "x"],
  ["\\\\s\\share\\x\\y", ["\\\\s\\share", "\\x\\y"], "\\\\s\\share\\x", "y"],
  ["\\\\s\\share", ["\\\\s\\share", ""], "\\\\s\\share", ""],
  ["a/b:c", ["", "a/b:c"], "a", "b:c"],
  ["/x/c:d", ["", "/x/c:d"], "/x", "c:d"],
  ["\\\\?\\UNC\\s\\sh\\f", ["\\\\?\\UNC\\s\\sh", "\\f"], "\\\\?\\UNC\\s\\sh\\", "f"],
  ["\\\\?\\c:\\x", ["\\\\?\\c:", "\\x"], "\\\\?\\c:\\", "x"],
  ["//s/sh", ["//s/sh", ""], "//s/sh", ""],
  ["xy:z", ["", "xy:z"], "", "xy:z"],
  ["::a", ["::", "a"], "::", "a"],
  ["\\\\", ["\\\\", ""], "\\\\", ""],
  ["\\\\s", ["\\\\s", ""], "\\\\s", ""],
  ["\\\\\\s\\x", ["\\\\\\s", "\\x"], "\\\\\\s\\", "x"],
  ["", ["", ""], "", ""],
  ["/", ["", "/"], "/", ""],
  ["a\\", ["", "a\\"], "a", ""],
  ["c:\\", ["c:", "\\"], "c:\\", ""],
  ["c:\\\\a\\\\b", ["c:", "\\\\a\\\\b"], "c:\\\\a", "b"],
  ["//s//x", ["//s/", "/x"], "//s//", "x"],
  ["😀:x", ["😀:", "x"], "😀:", "x"],
  ["//?/UNC/", ["//?/UNC/", ""], "//?/UNC/", ""],
  ["//?/UNC/a", ["//?/UNC/a", ""], "//?/UNC/a", ""],
];

test.each(PATHS)("%j on Windows", (p, ...wanted) => {
  const rendered = renderValue(SOURCE, [{ trusted: false, values: { p } }], {});
  expect(rendered).toEqual({ kind: "rendered", value: wanted });
});
