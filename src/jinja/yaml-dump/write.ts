import { WholeFloat } from "../../model/value.ts";
import { failed, UndefinedProblem } from "../problem.ts";
import { dayText, momentText } from "../values/calendar.ts";
import { Day, Dict, List, Moment, Undefined } from "../values/datum.ts";
import type { Datum } from "../values/datum.ts";
import { print, printFloat } from "../values/print.ts";
import { typeName } from "../values/type-name.ts";
import { writeScalar } from "./scalar.ts";
import { sortedKeys } from "./sort-keys.ts";

export interface YamlStyle {
  readonly indent: number;
  readonly width: number;
  readonly sortKeys: boolean;
  readonly unicode: boolean;
  readonly explicitStart: boolean;
  readonly explicitEnd: boolean;
  /** `leaves`: collections of scalars only stand in brackets. */
  readonly flow: "leaves" | "never" | "always";
}

/** YAML as PyYAML's emitter lays it out, so that files written by a template stay the same byte for byte. */
export function writeYaml(datum: Datum, style: YamlStyle): string {
  const writer = new YamlWriter(style);
  return writer.document(datum);
}

type Node =
  | { readonly kind: "scalar"; readonly text: string; readonly plain: boolean }
  | { readonly kind: "list"; readonly items: readonly Node[]; readonly flow: boolean }
  | {
      readonly kind: "dict";
      readonly pairs: readonly (readonly [Node, Node])[];
      readonly flow: boolean;
    };

/** Holds the text so far and the column it ends in; lives for one document. */
class YamlWriter {
  readonly #style: YamlStyle;
  #out = "";
  #column = 0;
  constructor(style: YamlStyle) {
    this.#style = style;
  }
  document(datum: Datum): string {
    const root = represent(datum, this.#style);
    if (this.#style.explicitStart)
      this.#write(root.kind === "scalar" || inBrackets(root) ? "--- " : "---\n");
    this.#node(root, { indent: undefined, simpleKey: false, inFlow: false });
    const open = root.kind === "scalar" && root.plain && !this.#style.explicitEnd;
    if (!this.#out.endsWith("\n")) this.#write("\n");
    if (this.#style.explicitEnd) this.#write("...\n");
    // PyYAML marks the end of an open-ended plain document; Ansible strips that mark again.
    return open ? this.#out : this.#out;
  }
  #write(text: string): void {
    this.#out += text;
    const newline = text.lastIndexOf("\n");
    this.#column = newline < 0 ? this.#column + [...text].length : text.length - newline - 1;
  }
  #newLine(indent: number): void {
    this.#out = this.#out.replace(/ +$/, (spaces) =>
      this.#out.endsWith("\n" + spaces) ? "" : spaces,
    );
    this.#out += `\n${" ".repeat(indent)}`;
    this.#column = indent;
  }
  #node(node: Node, at: Position): void {
    if (node.kind === "scalar") this.#scalar(node, at);
    else if (at.inFlow || node.flow || isEmpty(node)) this.#flow(node, at);
    else if (node.kind === "list") this.#blockList(node.items, at);
    else this.#blockDict(node.pairs, at);
  }
  #scalar(node: Node & { kind: "scalar" }, at: Position): void {
    const written = writeScalar(node, {
      simpleKey: at.simpleKey,
      inFlow: at.inFlow,
      unicode: this.#style.unicode,
      width: this.#style.width,
      column: this.#column,
      indent: this.#next(at),
    });
    this.#write(written);
  }
  #next(at: Position): number {
    return at.indent === undefined
      ? at.inFlow
        ? this.#style.indent
        : this.#style.indent
      : at.indent + this.#style.indent;
  }
  #blockList(items: readonly Node[], at: Position): void {
    const indent = at.indent === undefined ? 0 : (at.listIndent ?? at.indent + this.#style.indent);
    for (const [index, item] of items.entries()) {
      if (index > 0 || !this.#atIndent(indent, at)) this.#newLine(indent);
      this.#write("-");
      this.#afterIndicator(item, indent);
      this.#node(item, { indent, simpleKey: false, inFlow: false, afterDash: true });
    }
  }
  /** Whether the first element of a block can stand where the text ends: at the start, or behind `- `. */
  #atIndent(indent: number, at: Position): boolean {
    return (
      this.#out === "" ||
      this.#out.endsWith("---\n") ||
      (at.afterDash === true && this.#column === indent)
    );
  }
  /** A dash is followed by enough space to put a nested block at its indent. */
  #afterIndicator(item: Node, indent: number): void {
    const nested = item.kind !== "scalar" && !inBrackets(item);
    this.#write(nested ? " ".repeat(Math.max(1, indent + this.#style.indent - this.#column)) : " ");
  }
  #blockDict(pairs: readonly (readonly [Node, Node])[], at: Position): void {
    const indent = at.indent === undefined ? 0 : at.indent + this.#style.indent;
    for (const [index, [key, value]] of pairs.entries()) {
      if (index > 0 || !this.#atIndent(indent, at)) this.#newLine(indent);
      if (isSimpleKey(key)) {
        this.#node(key, { indent, simpleKey: true, inFlow: false });
        this.#write(":");
      } else {
        this.#write("? ");
        this.#node(key, { indent, simpleKey: false, inFlow: false, afterDash: true });
        this.#newLine(indent);
        this.#write(":");
      }
      if (value.kind === "scalar" || inBrackets(value)) this.#write(" ");
      // A list under a key is not indented further.
      this.#node(value, { indent, simpleKey: false, inFlow: false, listIndent: indent });
    }
  }
  #flow(node: Node & { kind: "list" | "dict" }, at: Position): void {
    const indent = this.#next(at);
    this.#write(node.kind === "list" ? "[" : "{");
    const count = node.kind === "list" ? node.items.length : node.pairs.length;
    for (let index = 0; index < count; index++) {
      if (index > 0) this.#write(",");
      if (this.#column > this.#style.width) this.#newLine(indent);
      else if (index > 0) this.#write(" ");
      const inside: Position = { indent, simpleKey: false, inFlow: true };
      if (node.kind === "list") {
        const item = node.items[index];
        if (item !== undefined) this.#node(item, inside);
      } else {
        const pair = node.pairs[index];
        if (pair !== undefined) this.#flowPair(pair, inside);
      }
    }
    this.#write(node.kind === "list" ? "]" : "}");
  }
  #flowPair([key, value]: readonly [Node, Node], inside: Position): void {
    if (isSimpleKey(key)) {
      this.#node(key, { ...inside, simpleKey: true });
      this.#write(": ");
    } else {
      this.#write("? ");
      this.#node(key, inside);
      this.#write(" : ");
    }
    this.#node(value, inside);
  }
}

interface Position {
  readonly indent: number | undefined;
  readonly simpleKey: boolean;
  readonly inFlow: boolean;
  readonly afterDash?: boolean;
  readonly listIndent?: number;
}

function isEmpty(node: Node & { kind: "list" | "dict" }): boolean {
  return node.kind === "list" ? node.items.length === 0 : node.pairs.length === 0;
}

function inBrackets(node: Node): boolean {
  return node.kind !== "scalar" && (node.flow || isEmpty(node));
}

/** Longer or multi-line keys need the `? ` form. */
function isSimpleKey(node: Node): boolean {
  if (node.kind !== "scalar") return isEmpty(node);
  return !/[\n\x85\u2028\u2029]/.test(node.text) && Buffer.byteLength(node.text) <= 128;
}

function represent(datum: Datum, style: YamlStyle): Node {
  if (typeof datum === "string") return { kind: "scalar", text: datum, plain: false };
  if (datum instanceof List) {
    const items = datum.all().map((item) => represent(item, style));
    return { kind: "list", items, flow: flowFor(items, style) };
  }
  if (datum instanceof Dict) {
    const pairs = (style.sortKeys ? sortedKeys(datum.pairs()) : datum.pairs()).map(
      ([key, value]) => [represent(key, style), represent(value, style)] as const,
    );
    return { kind: "dict", pairs, flow: flowFor(pairs.flat(), style) };
  }
  return { kind: "scalar", text: plainText(datum), plain: true };
}

function flowFor(children: readonly Node[], style: YamlStyle): boolean {
  if (style.flow === "always") return true;
  return style.flow === "leaves" && children.every((child) => child.kind === "scalar");
}

function plainText(datum: Exclude<Datum, string>): string {
  if (datum === null) return "null";
  if (typeof datum === "boolean") return datum ? "true" : "false";
  if (typeof datum === "bigint") return datum.toString();
  if (typeof datum === "number") return Number.isInteger(datum) ? String(datum) : yamlFloat(datum);
  if (datum instanceof WholeFloat) return yamlFloat(datum.number);
  if (datum instanceof Moment) return momentText(datum, " ");
  if (datum instanceof Day) return dayText(datum);
  if (datum instanceof Undefined) throw new UndefinedProblem(datum);
  throw failed(`cannot represent an object: ${typeName(datum)}`, print(datum));
}

function yamlFloat(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  const text = printFloat(value);
  return !text.includes(".") && text.includes("e") ? text.replace("e", ".0e") : text;
}
