/** Documents lead somewhere, and every exit status has its page. */
import { describe, expect, test } from "@jest/globals";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { EXIT } from "../src/cli/exit-codes.ts";

const ROOT = join(import.meta.dirname, "..");
const pages = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "lab/README.md", "src/engine/README.md"],
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];

/** Without code: what stands there is no link. */
function prose(path: string): string {
  return readFileSync(path, "utf8")
    .replaceAll(/^```[^]*?^```/gm, "")
    .replaceAll(/`[^`\n]*`/g, "");
}

function anchorsOf(path: string): ReadonlySet<string> {
  const headings = readFileSync(path, "utf8").matchAll(/^#+ +(.*)$/gm);
  return new Set(
    [...headings].map(([, text = ""]) =>
      text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

describe.each(pages)("%s", (page) => {
  test("has no link that leads nowhere", () => {
    const path = join(ROOT, page);
    const broken = [...prose(path).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
      if (/^[a-z]+:/.test(link)) return [];
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? path : join(dirname(path), file);
      if (!existsSync(target)) return [link];
      return anchor === undefined || anchorsOf(target).has(anchor) ? [] : [link];
    });
    expect(broken).toEqual([]);
  });
});

test("every exit status has a page, is in the list, and no page is of a status that is none", () => {
  const codes = Object.values(EXIT).map(String);
  const folder = join(ROOT, "docs/reference/exit-codes");
  const own = readdirSync(folder).map((name) => name.replace(".md", ""));
  expect(own.toSorted()).toEqual(codes.toSorted());
  const list = readFileSync(join(ROOT, "docs/reference/exit-codes.md"), "utf8");
  for (const code of codes) expect(list).toContain(`| [${code}](exit-codes/${code}.md) `);
});

test("the index of the documents leads to each of their folders", () => {
  const index = readFileSync(join(ROOT, "docs/README.md"), "utf8");
  for (const page of pages.filter((name) => /^docs\/(how-to|explanation)\//.test(name)))
    expect(index).toContain(relative("docs", page));
});
