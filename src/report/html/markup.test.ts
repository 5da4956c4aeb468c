import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { escaped, markup } from "./markup.ts";

describe("markup", () => {
  test("takes whatever is put into it as text", () => {
    const evil = `</pre><script>"&'`;
    expect(markup`<p title="${evil}">${evil}</p>`.html).toBe(
      '<p title="&lt;/pre&gt;&lt;script&gt;&quot;&amp;&#39;">&lt;/pre&gt;&lt;script&gt;&quot;&amp;&#39;</p>',
    );
  });

  test("puts markup, lists of it and numbers in as they are, and nothing for what is absent", () => {
    const inner = [markup`<b>1</b>`, markup`<b>2</b>`];
    expect(markup`<p>${inner}${3}${undefined}</p>`.html).toBe("<p><b>1</b><b>2</b>3</p>");
  });

  test("shows what nobody would see", () => {
    expect(escaped("a\u001b[31m\u202eb\r\n\tc")).toBe("a\\x1b[31m\\x202eb\n\tc");
  });

  test("never lets a text open a tag or end an attribute", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(escaped(text)).not.toMatch(/[<>"']/);
        expect(escaped(text)).not.toMatch(/&(?!(?:amp|lt|gt|quot|#39);)/);
      }),
    );
  });
});
