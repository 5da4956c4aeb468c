import { TemplateProblem } from "../problem.ts";

const SIMPLE: Readonly<Record<string, string>> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\u000b",
};

/** The text between the quotes of a literal, with its backslash escapes read as Python reads them. */
export function readEscapes(body: string, offset: number): string {
  if (!body.includes("\\")) return body;
  return body.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
    (whole, x?: string, u?: string, long?: string, octal?: string, other?: string) => {
      const hex = x ?? u ?? long;
      if (hex !== undefined) return codePoint(Number.parseInt(hex, 16), offset);
      if (octal !== undefined) return codePoint(Number.parseInt(octal, 8), offset);
      if (other !== undefined && Object.hasOwn(SIMPLE, other)) return SIMPLE[other] ?? "";
      if (other === "x" || other === "u" || other === "U" || other === "N")
        throw new TemplateProblem("jinja/syntax", `"${whole}" is not a complete escape`, {
          hint: "Double the backslash if it is meant as a backslash",
          trail: { offset, variables: [] },
        });
      return whole;
    },
  );
}

function codePoint(code: number, offset: number): string {
  if (code > 0x10ffff)
    throw new TemplateProblem("jinja/syntax", "the escape names no character", {
      trail: { offset, variables: [] },
    });
  return String.fromCodePoint(code);
}
