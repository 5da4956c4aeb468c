/** A regular expression of Python, read. Groups are numbered from 1. */
export type RegexNode =
  | { readonly kind: "empty" }
  | { readonly kind: "character"; readonly accepts: Accepts }
  | { readonly kind: "sequence"; readonly parts: readonly RegexNode[] }
  | { readonly kind: "choice"; readonly branches: readonly RegexNode[] }
  | {
      readonly kind: "repeat";
      readonly body: RegexNode;
      readonly least: number;
      readonly most: number;
      readonly manner: "greedy" | "lazy" | "possessive";
    }
  | { readonly kind: "group"; readonly index: number; readonly body: RegexNode }
  | { readonly kind: "atomic"; readonly body: RegexNode }
  | { readonly kind: "back"; readonly index: number; readonly ignoreCase: boolean }
  | {
      readonly kind: "conditional";
      readonly index: number;
      readonly yes: RegexNode;
      readonly no: RegexNode;
    }
  | {
      readonly kind: "look";
      readonly ahead: boolean;
      readonly negated: boolean;
      readonly body: RegexNode;
      /** Characters that a look behind goes back. */
      readonly width: number;
    }
  | { readonly kind: "edge"; readonly at: Edge; readonly ascii: boolean };

export type Accepts = (code: number) => boolean;

export type Edge =
  "text-start" | "text-end" | "line-start" | "line-end" | "last-line-end" | "word" | "inside-word";

/** How many characters a node takes, for looking behind; undefined when that varies. */
export function widthOf(node: RegexNode): number | undefined {
  switch (node.kind) {
    case "empty":
    case "look":
    case "edge":
      return 0;
    case "character":
      return 1;
    case "sequence":
      return node.parts.map(widthOf).reduce(sum, 0);
    case "choice":
      return node.branches.map(widthOf).reduce((all, one) => (all === one ? one : undefined));
    case "conditional": {
      const yes = widthOf(node.yes);
      return yes === widthOf(node.no) ? yes : undefined;
    }
    case "repeat": {
      const width = widthOf(node.body);
      if (width === 0) return 0;
      return width !== undefined && node.least === node.most ? width * node.least : undefined;
    }
    case "group":
    case "atomic":
      return widthOf(node.body);
    case "back":
      return undefined;
  }
}

function sum(total: number | undefined, width: number | undefined): number | undefined {
  return total === undefined || width === undefined ? undefined : total + width;
}
