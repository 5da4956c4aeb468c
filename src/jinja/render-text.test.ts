import { describe, expect, test } from "@jest/globals";
import { renderText } from "./index.ts";
import type { RenderSettings } from "./index.ts";

const files: Readonly<Record<string, string>> = {
  "/t/head.j2": "# {{ title }}\n",
  "/t/broken.j2": "a\n{{ nope_here }}\n",
  "/t/loop.j2": "{% include 'loop.j2' %}",
  "/t/macros.j2": "{% macro line(k, v='-') %}{{ k }} = {{ v }}{% endmacro %}",
  "/t/base.j2": "<{% block body %}base{% endblock %}>{% block foot required %}{% endblock %}",
};

const settings: RenderSettings = {
  searchPath: ["/elsewhere", "/t"],
  readFile: (path) => {
    const text = files[path];
    if (text === undefined) throw new Error("missing");
    return text;
  },
};

const at = { file: "x.j2", line: 1, column: 1 };

function render(text: string) {
  return renderText(text, [{ trusted: true, values: { title: "T", list: [1, 2] } }], settings, at);
}

describe("a template file", () => {
  test("keeps its line ends and prints lists as Ansible does", () => {
    expect(render("{% for x in list %}\n- {{ x }}\n{% endfor %}\n{{ list }}\n\n")).toEqual({
      kind: "rendered",
      value: "- 1\n- 2\n[1, 2]\n\n",
    });
  });

  test("includes, imports and extends along the search path", () => {
    expect(render("{% include 'head.j2' %}|")).toEqual({ kind: "rendered", value: "# T|" });
    expect(render("{% import 'macros.j2' as m %}{{ m.line('a') }}")).toEqual({
      kind: "rendered",
      value: "a = -",
    });
    const child =
      "{% extends 'base.j2' %}{% block body %}{{ super() }}!{% endblock %}{% block foot %}f{% endblock %}";
    expect(render(child)).toEqual({ kind: "rendered", value: "<base!>f" });
  });

  test("names the file that a problem is in, and points at the tag that asked for it", () => {
    expect(render("ok\n  {% include 'broken.j2' %}")).toEqual({
      kind: "problem",
      diagnostic: {
        code: "jinja/undefined",
        severity: "error",
        summary: "'nope_here' is undefined",
        hint: "Define it, or write nope_here | default(…)",
        at: { file: "x.j2", line: 2, column: 3 },
        detail: ["needed by: template broken.j2"],
      },
    });
  });

  test("is stopped when it includes itself", () => {
    expect(render("{% include 'loop.j2' %}")).toMatchObject({
      kind: "problem",
      diagnostic: { code: "jinja/recursion" },
    });
  });

  test("says which template is not there, unless it need not be", () => {
    expect(render("{% include 'nope.j2' %}")).toMatchObject({
      kind: "problem",
      diagnostic: { code: "jinja/file" },
    });
    expect(render("{% include 'nope.j2' ignore missing %}x")).toEqual({
      kind: "rendered",
      value: "x",
    });
  });

  test("wants the blocks that its parent requires", () => {
    expect(render("{% extends 'base.j2' %}").kind).toBe("problem");
  });
});
