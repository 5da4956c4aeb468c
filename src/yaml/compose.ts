import { COLLECTION_STYLE, EVENT_ID, getScalarValue, SCALAR_STYLE } from "js-yaml";
import type { Properties, ScalarStyle, YamlNode } from "./node.ts";
import { parseRelaxed, type Relaxed } from "./relax.ts";

type ParserEvent = Relaxed["events"][number];
type ScalarEvent = Extract<ParserEvent, { valueStart: number }>;
type CollectionEvent = Extract<ParserEvent, { start: number }>;
type TagHandles = ReadonlyMap<string, string>;

/** One document of a file. `offset` is where its content starts. */
export interface ComposedDocument {
  readonly root: YamlNode;
  readonly offset: number;
}

const STYLES: Readonly<Record<number, ScalarStyle>> = {
  [SCALAR_STYLE.PLAIN]: "plain",
  [SCALAR_STYLE.SINGLE_QUOTED]: "single",
  [SCALAR_STYLE.DOUBLE_QUOTED]: "double",
  [SCALAR_STYLE.LITERAL_BLOCK]: "literal",
  [SCALAR_STYLE.FOLDED_BLOCK]: "folded",
};

/** Reads what is written in a text, without giving it a meaning. Throws `SyntaxFault`. */
export function compose(source: string, maxDepth: number): readonly ComposedDocument[] {
  return new Composer(parseRelaxed(source, maxDepth)).documents();
}

/** Walks the parser's flat events. All its own offsets are into the relaxed text; nodes get those of the file. */
class Composer {
  private readonly relaxed: Relaxed;
  private next = 0;
  /** The end of what has been read: indicators of what comes next are looked for from here. */
  private cursor = 0;
  private handles: TagHandles = new Map();

  constructor(relaxed: Relaxed) {
    this.relaxed = relaxed;
  }

  documents(): readonly ComposedDocument[] {
    const found: ComposedDocument[] = [];
    for (let event = this.peek(); event !== undefined; event = this.peek()) {
      this.next++;
      if (event.type !== EVENT_ID.DOCUMENT) continue;
      this.handles = new Map(
        event.directives.flatMap((directive) =>
          directive.kind === "tag" ? [[directive.handle, directive.prefix] as const] : [],
        ),
      );
      const root = this.node("");
      this.next++;
      found.push({ root, offset: root.span.start });
    }
    return found;
  }

  private peek(): ParserEvent | undefined {
    return this.relaxed.events[this.next];
  }

  /** `indicator` is what stands before a node that is not written at all. */
  private node(indicator: "" | ":" | "-" | "?"): YamlNode {
    const event = this.peek();
    this.next++;
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        return this.scalar(event, indicator);
      case EVENT_ID.SEQUENCE:
        return this.sequence(event);
      case EVENT_ID.MAPPING:
        return this.mapping(event);
      case EVENT_ID.ALIAS: {
        this.cursor = event.anchorEnd;
        const name = this.relaxed.text.slice(event.anchorStart, event.anchorEnd);
        return { kind: "alias", name, span: this.span(event.anchorStart - 1, event.anchorEnd) };
      }
      case EVENT_ID.DOCUMENT:
      case EVENT_ID.POP:
      case undefined:
        throw new Error("the YAML parser's events do not nest");
    }
  }

  private scalar(event: ScalarEvent, indicator: string): YamlNode {
    const style = STYLES[event.style] ?? "plain";
    const absent = event.valueStart < 0;
    const behind = Math.max(this.cursor, event.tagEnd, event.anchorEnd);
    let start = event.valueStart;
    let end = event.valueEnd;
    if (absent) {
      start = end = event.tagEnd >= 0 || event.anchorEnd >= 0 ? behind : this.after(indicator);
    } else if (style === "single" || style === "double") {
      start -= 1;
      end += 1;
    } else if (style !== "plain") {
      start = this.headerOfBlock(behind);
    }
    this.cursor = end;
    return {
      kind: "scalar",
      text: absent ? "" : this.textOf(event, style),
      style,
      absent,
      span: this.span(start, end),
      ...this.properties(event),
    };
  }

  /** A block at the end of a file that lacks its last line end has none either; the parser would add it. */
  private textOf(event: ScalarEvent, style: ScalarStyle): string {
    const { text } = this.relaxed;
    const value = getScalarValue(text, event);
    const block = style === "literal" || style === "folded";
    const cut = block && event.valueEnd === text.length && !/[\r\n]$/.test(text);
    return cut && value.endsWith("\n") ? value.slice(0, -1) : value;
  }

  private sequence(event: CollectionEvent): YamlNode {
    const flow = event.style === COLLECTION_STYLE.FLOW;
    this.cursor = event.start + (flow ? 1 : 0);
    const items: YamlNode[] = [];
    while (this.peek()?.type !== EVENT_ID.POP) items.push(this.node(flow ? "" : "-"));
    this.next++;
    if (flow) this.closeFlow();
    const span = this.span(event.start, this.cursor);
    return { kind: "sequence", flow, items, span, ...this.properties(event) };
  }

  private mapping(event: CollectionEvent): YamlNode {
    const flow = event.style === COLLECTION_STYLE.FLOW;
    // A pair in a flow sequence, `[a: 1]`, is a mapping without braces of its own.
    const braces = flow && this.relaxed.text[event.start] === "{";
    this.cursor = event.start + (braces ? 1 : 0);
    const entries: { key: YamlNode; value: YamlNode }[] = [];
    while (this.peek()?.type !== EVENT_ID.POP) {
      const key = this.node(flow ? "" : "?");
      entries.push({ key, value: this.node(":") });
    }
    this.next++;
    if (braces) this.closeFlow();
    const span = this.span(event.start, this.cursor);
    return { kind: "mapping", flow, entries, span, ...this.properties(event) };
  }

  /** Behind the indicator if it comes next, else right here: `{a, b: 1}` has a value without a colon. */
  private after(indicator: string): number {
    const at = this.skip(this.cursor, " \t\r\n");
    return indicator !== "" && this.relaxed.text[at] === indicator ? at + 1 : this.cursor;
  }

  private headerOfBlock(from: number): number {
    return this.skip(from, " \t\r\n:-?");
  }

  private closeFlow(): void {
    const at = this.skip(this.cursor, " \t\r\n,:");
    this.cursor = Math.min(at + 1, this.relaxed.text.length);
  }

  /** The first offset that holds neither one of `characters` nor a part of a comment. */
  private skip(from: number, characters: string): number {
    const { text } = this.relaxed;
    let at = from;
    for (;;) {
      const character = text[at];
      if (character === undefined) return at;
      if (character === "#") {
        while (at < text.length && text[at] !== "\n" && text[at] !== "\r") at++;
      } else if (characters.includes(character)) {
        at++;
      } else {
        return at;
      }
    }
  }

  private span(start: number, end: number): { start: number; end: number } {
    return { start: this.relaxed.inFile(start), end: this.relaxed.inFile(end) };
  }

  private properties(event: ScalarEvent | CollectionEvent): Properties {
    const { text } = this.relaxed;
    const tag =
      event.tagStart < 0
        ? undefined
        : fullTag(text.slice(event.tagStart, event.tagEnd), this.handles);
    return {
      ...(event.anchorStart < 0 ? {} : { anchor: text.slice(event.anchorStart, event.anchorEnd) }),
      ...(tag === undefined ? {} : { tag, tagSpan: this.span(event.tagStart, event.tagEnd) }),
    };
  }
}

/** A lone `!` asks for nothing that PyYAML would honour. */
function fullTag(written: string, handles: TagHandles): string | undefined {
  if (written === "!") return undefined;
  if (written.startsWith("!<")) return written.slice(2, -1);
  const named = /^(![\w-]*!)(.+)$/.exec(written);
  const handle = named?.[1] ?? "!";
  const suffix = named?.[2] ?? written.slice(1);
  const prefix = handles.get(handle) ?? (handle === "!!" ? "tag:yaml.org,2002:" : handle);
  return prefix + suffix;
}
