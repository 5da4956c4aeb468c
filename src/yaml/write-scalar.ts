import type { ScalarStyle } from "./node.ts";
import { plainScalar } from "./scalars.ts";

/** What an edit may write. */
export type EditableScalar = string | number | boolean;

export interface WritingStyle {
  /** How the value was written before: quotes stay what they are. */
  readonly style: ScalarStyle;
  /** In a file that is JSON, texts have double quotes whatever they say. */
  readonly json: boolean;
}

/** A value as YAML that every reader takes for the same value: PyYAML (1.1) as well as Go's and JavaScript's (1.2). */
export function writeScalar(value: EditableScalar, { style, json }: WritingStyle): string {
  if (typeof value !== "string") return writeNumber(value);
  if (json || style === "double") return doubleQuoted(value);
  const oneLine = /^[^\p{Cc}\p{Cs}\u2028\u2029\uFEFF]*$/u.test(value);
  if (style === "single") return oneLine ? `'${value.replaceAll("'", "''")}'` : doubleQuoted(value);
  return isSafePlain(value) ? value : doubleQuoted(value);
}

/** Python and Go want a point in a float with an exponent. */
function writeNumber(value: number | boolean): string {
  const text = String(value);
  return /^-?\d+e/.test(text) ? text.replace("e", ".0e") : text;
}

const WORDS: ReadonlySet<string> = new Set(
  "y n yes no on off true false null nil none nan inf".split(" "),
);

/** Only what is beyond doubt goes without quotes: no reader of any YAML version makes a number or a word of it. */
function isSafePlain(text: string): boolean {
  return (
    /^[A-Za-z_/][\w/.@+=~-]*(?: [\w/.@+=~()-]+)*$/.test(text) &&
    !WORDS.has(text.toLowerCase()) &&
    plainScalar(text) === text
  );
}

function doubleQuoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007F-\u009F\u2028\u2029\uFEFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
