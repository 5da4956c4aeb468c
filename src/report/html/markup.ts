/** HTML that cannot forget to escape: whatever is put into a template is text, unless it is markup already. */
import { printable } from "../../lib/printable.ts";

export interface Markup {
  readonly html: string;
}

type Piece = string | number | Markup | readonly Markup[] | undefined;

export function markup(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return {
    html: strings.reduce((whole, text, index) => whole + written(pieces[index - 1]) + text),
  };
}

function written(piece: Piece): string {
  if (piece === undefined) return "";
  if (typeof piece === "number") return String(piece);
  if (typeof piece === "string") return escaped(piece);
  if ("html" in piece) return piece.html;
  return piece.map(({ html }) => html).join("");
}

const ENTITIES: { readonly [letter: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Also of what a reader would not see, or would see in another order: control characters and changes of direction. */
export function escaped(text: string): string {
  return printable(text).replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter] ?? "");
}
