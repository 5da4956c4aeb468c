/**
 * From what is written to what it means, the way PyYAML and Ansible's loader do it: tags, anchors, merges, keys.
 * One class, and longer than most files, because all of it shares the anchors, the size budget and the problems.
 */
import type { LineMap } from "../lib/line-map.ts";
import type { Diagnostic, Place } from "../model/diagnostic.ts";
import { keyIdentity, keyText, mappingOf } from "../lib/mapping.ts";
import {
  Timestamp,
  UnsafeText,
  VaultText,
  WholeFloat,
  type Value,
  type ValueKey,
} from "../model/value.ts";
import type { MappingNode, ScalarNode, ScalarStyle, SequenceNode, Span, YamlNode } from "./node.ts";
import { jsonScalar, plainScalar, taggedScalar } from "./scalars.ts";
import { timestamp } from "./timestamp.ts";

/** A value with the places of all its parts. Aliases and merges share the parts of what they point to. */
export interface Located {
  readonly value: Value;
  readonly span: Span;
  readonly style?: ScalarStyle;
  /** By `keyIdentity`, which for a text is the text. */
  readonly entries?: ReadonlyMap<string, LocatedEntry>;
  readonly items?: readonly Located[];
}

export interface LocatedEntry {
  readonly name: ValueKey;
  readonly key: Span;
  readonly node: Located;
}

export interface ConstructOptions {
  readonly file: string;
  readonly text: string;
  readonly lines: LineMap;
  readonly duplicateKeys: "error" | "warning";
  readonly scalars: "yaml" | "json";
  readonly types: "exact" | "text";
}

/** Everything an alias repeats counts again, so that a few lines cannot become a billion values. */
const MOST_VALUES = 1_000_000;

const YAML = "tag:yaml.org,2002:";
const VAULT_TAGS: ReadonlySet<string> = new Set(["!vault", "!vault-encrypted"]);

/** Gives what is written its meaning. Says everything that is wrong; whatever is wrong has the value null. */
export function construct(
  root: YamlNode,
  options: ConstructOptions,
): { readonly located: Located; readonly problems: readonly Diagnostic[] } {
  const constructor = new Constructor(options);
  const located = constructor.construct(root, { unsafe: false });
  return { located, problems: constructor.problems };
}

interface Surroundings {
  /** Inside `!unsafe`: every text is unsafe. */
  readonly unsafe: boolean;
}

interface Anchored {
  readonly at: Span;
  readonly content: { readonly located: Located; readonly size: number } | "unfinished";
}

class Constructor {
  readonly problems: Diagnostic[] = [];
  private readonly options: ConstructOptions;
  private readonly anchors = new Map<string, Anchored>();
  private size = 0;

  constructor(options: ConstructOptions) {
    this.options = options;
  }

  construct(node: YamlNode, inside: Surroundings): Located {
    if (node.kind === "alias") return this.alias(node.name, node.span);
    const before = this.size;
    this.spend(1, node.span);
    if (node.anchor !== undefined) this.declare(node.anchor, node.span);
    const located = this.content(node, { unsafe: inside.unsafe || node.tag === "!unsafe" });
    if (node.anchor !== undefined) {
      const content = { located, size: this.size - before };
      this.anchors.set(node.anchor, { at: node.span, content });
    }
    return located;
  }

  private content(node: Exclude<YamlNode, { kind: "alias" }>, inside: Surroundings): Located {
    switch (node.kind) {
      case "scalar":
        return { value: this.scalar(node, inside), span: node.span, style: node.style };
      case "sequence":
        return this.sequence(node, inside);
      case "mapping":
        return this.mapping(node, inside);
    }
  }

  private alias(name: string, span: Span): Located {
    const anchored = this.anchors.get(name);
    if (anchored === undefined) {
      this.say("unknown-anchor", span, `alias *${name} names no anchor before it`, {
        hint: `A text that starts with an asterisk needs quotes: "*${name}".`,
      });
      return { value: null, span };
    }
    if (anchored.content === "unfinished") {
      this.say("recursive-alias", span, `alias *${name} stands inside the value it repeats`);
      return { value: null, span };
    }
    this.spend(anchored.content.size, span);
    return { ...anchored.content.located, span };
  }

  private declare(anchor: string, span: Span): void {
    const first = this.anchors.get(anchor);
    if (first !== undefined) {
      const { line } = this.options.lines.at(first.at.start);
      this.say("duplicate-anchor", span, `anchor &${anchor} is already on line ${String(line)}`);
    }
    this.anchors.set(anchor, { at: span, content: "unfinished" });
  }

  private scalar(node: ScalarNode, inside: Surroundings): Value {
    const { tag } = node;
    if (tag === undefined || tag === "!unsafe") {
      const value = this.untagged(node);
      return inside.unsafe && typeof value === "string" ? new UnsafeText(value) : value;
    }
    if (VAULT_TAGS.has(tag)) {
      if (node.text !== "") return new VaultText(node.text, this.place(node.span));
      this.say("empty-vault", node.span, `${tag} needs a text`, {
        hint: "`runbook vault encrypt_string` makes one.",
      });
      return null;
    }
    return this.tagged(node, tag);
  }

  private untagged(node: ScalarNode): Value {
    if (this.options.scalars === "json") {
      return node.style === "plain" ? jsonScalar(node.text) : node.text;
    }
    if (node.style === "double" && this.hasSurrogateEscape(node.span)) {
      this.say("escape", node.span, "half of a character as an escape", {
        hint: 'Write the character itself, or one escape such as "\\U0001F600".',
      });
    }
    if (node.style !== "plain") return node.text;
    if (node.text === "=" || node.text === "<<") {
      this.say("bare-indicator", node.span, `a bare ${node.text} is not a value`, {
        hint: `Write "${node.text}" in quotes.`,
      });
      return null;
    }
    const value = plainScalar(node.text);
    return typeof value === "string" ? this.dateOr(value, node.span, "plain") : value;
  }

  /** What looks like a date is one where types are kept; a day that no calendar has is an error, as in Ansible. */
  private dateOr(text: string, span: Span, how: "plain" | "tagged"): Value {
    if (this.options.types === "text") return text;
    const found = timestamp(text, how);
    if (found.kind === "none") return text;
    if (found.kind === "date") return found.value;
    this.say("date", span, `${text} looks like a date and is none`, {
      hint: `As a text it needs quotes: "${text}".`,
    });
    return null;
  }

  /** JSON's way to write characters beyond U+FFFF, which YAML does not have. */
  private hasSurrogateEscape(span: Span): boolean {
    const written = this.options.text.slice(span.start, span.end);
    return /(?:^|[^\\])(?:\\\\)*\\u[dD][89a-fA-F]/.test(written);
  }

  private tagged(node: ScalarNode, tag: string): Value {
    const short = tag.startsWith(YAML) ? tag.slice(YAML.length) : undefined;
    switch (short) {
      case "str":
        return node.text;
      case "timestamp": {
        const value = this.dateOr(node.text, node.span, "tagged");
        if (value !== node.text || this.options.types === "text") return value;
        this.say("tag-mismatch", node.span, `${JSON.stringify(node.text)} is no !!timestamp`);
        return null;
      }
      case "null":
        return null;
      case "bool":
      case "int":
      case "float": {
        const value = taggedScalar(short, node.text);
        if (value !== undefined) return value;
        this.say("tag-mismatch", node.span, `${JSON.stringify(node.text)} is no !!${short}`);
        return null;
      }
      default:
        this.unknownTag(tag, node.tagSpan ?? node.span);
        return null;
    }
  }

  private unknownTag(tag: string, span: Span): void {
    const written = tag.startsWith(YAML) ? `!!${tag.slice(YAML.length)}` : tag;
    this.say("unknown-tag", span, `unknown tag ${written}`, {
      hint:
        written === "!!binary"
          ? "Bytes are not a value here. Keep them as base64 text and decode with the b64decode filter."
          : `Known tags are !vault and !unsafe. A text that starts with an exclamation mark needs quotes.`,
    });
  }

  private sequence(node: SequenceNode, inside: Surroundings): Located {
    const items = node.items.map((item) => this.construct(item, inside));
    const located = { value: items.map((item) => item.value), span: node.span, items };
    switch (node.tag) {
      case undefined:
      case "!unsafe":
      case `${YAML}seq`:
        return located;
      case `${YAML}pairs`:
      case `${YAML}omap`:
        return this.pairs(located);
      default:
        this.unknownTag(node.tag, node.tagSpan ?? node.span);
        return located;
    }
  }

  /** `[a: 1, a: 2]` as the pairs `[[a, 1], [a, 2]]`, which is how Python's tuples look outside of Python. */
  private pairs(list: { readonly span: Span; readonly items: readonly Located[] }): Located {
    const items = list.items.map((item): Located => {
      const pair = [...(item.entries ?? [])];
      if (pair.length !== 1) this.say("not-a-pair", item.span, "each item must be one pair");
      return {
        span: item.span,
        value: pair.flatMap(([, entry]) => [entry.name, entry.node.value]),
        items: pair.flatMap(([, entry]) => [{ value: entry.name, span: entry.key }, entry.node]),
      };
    });
    return { span: list.span, value: items.map((item) => item.value), items };
  }

  private mapping(node: MappingNode, inside: Surroundings): Located {
    const own = new Map<string, LocatedEntry>();
    const merged = new Map<string, LocatedEntry>();
    for (const { key, value } of node.entries) {
      if (isMergeKey(key)) {
        this.merge(merged, this.construct(value, inside));
        continue;
      }
      const written = this.key(key);
      const content = this.construct(value, inside);
      if (written === undefined) continue;
      // Keys that are equal in Python, such as 1, 1.0 and true, are one: the first is its name, the last its value.
      const first = own.get(written.identity);
      if (first !== undefined) this.duplicate(written.name, key.span, first.key);
      const name = (first ?? merged.get(written.identity))?.name ?? written.name;
      own.set(written.identity, { name, key: key.span, node: content });
    }
    // As PyYAML has it: what is merged comes first, and what is written here wins.
    const entries = new Map([...merged, ...own]);
    return this.mappingAs(node, entries);
  }

  private mappingAs(node: MappingNode, entries: ReadonlyMap<string, LocatedEntry>): Located {
    const value = this.mapped(entries);
    switch (node.tag) {
      case undefined:
      case "!unsafe":
      case `${YAML}map`:
        return { value, span: node.span, entries };
      case `${YAML}set`: {
        const items = [...entries.values()].map(({ name, key }): Located => ({
          value: name,
          span: key,
        }));
        return { value: items.map((item) => item.value), span: node.span, items };
      }
      default:
        this.unknownTag(node.tag, node.tagSpan ?? node.span);
        return { value, span: node.span, entries };
    }
  }

  private mapped(entries: ReadonlyMap<string, LocatedEntry>): Value {
    const pairs = [...entries.values()].map(({ name, node }) => [name, node.value] as const);
    if (this.options.types === "exact") return mappingOf(pairs);
    return Object.fromEntries(pairs.map(([name, value]) => [keyText(name), value]));
  }

  /** A later `<<` beats an earlier one, but inside one list of a `<<` the earlier mapping wins. */
  private merge(into: Map<string, LocatedEntry>, source: Located): void {
    const sources = source.entries === undefined ? (source.items ?? []).toReversed() : [source];
    if (sources.length === 0 && source.items === undefined) this.notMergeable(source.span);
    for (const { entries, span } of sources) {
      if (entries === undefined) {
        this.notMergeable(span);
        continue;
      }
      this.spend(entries.size, span);
      for (const [key, entry] of entries) into.set(key, entry);
    }
  }

  private notMergeable(span: Span): void {
    this.say("merge-source", span, "<< takes a mapping or a list of mappings");
  }

  /** A key, and what it has in common with those that are equal in Python. */
  private key(node: YamlNode): { readonly name: ValueKey; readonly identity: string } | undefined {
    if (node.kind === "mapping" || node.kind === "sequence") {
      this.complexKey(node);
      return undefined;
    }
    if (node.kind === "scalar" && node.absent && node.tag === undefined) {
      this.say("empty-key", node.span, "a key is missing before the colon");
      return undefined;
    }
    const { value, items, entries } = this.construct(node, { unsafe: false });
    const key = items || entries ? undefined : asKey(value);
    if (key === undefined) {
      this.say("complex-key", node.span, "a key must be a single text or number");
      return undefined;
    }
    if (key === "__proto__") {
      this.say("forbidden-key", node.span, "the key __proto__ is not allowed");
      return undefined;
    }
    if (this.options.types === "exact") return { name: key, identity: keyIdentity(key) };
    const name = keyText(key);
    return { name, identity: name };
  }

  private complexKey(node: MappingNode | SequenceNode): void {
    // `{{ x }}` without quotes reads as a mapping with a mapping as its key.
    if (node.kind === "mapping" && node.flow) {
      this.say("unquoted-template", node.span, "a template that starts a value needs quotes", {
        hint: 'Write the whole value in quotes: "{{ … }}".',
      });
    } else {
      this.say("complex-key", node.span, `a ${node.kind} cannot be a key`);
    }
  }

  private duplicate(name: ValueKey, span: Span, first: Span): void {
    const { line } = this.options.lines.at(first.start);
    const severity = this.options.duplicateKeys;
    this.say(
      "duplicate-key",
      span,
      `duplicate key "${keyText(name)}", first on line ${String(line)}`,
      {
        severity,
        hint:
          severity === "error"
            ? "Remove one of the two."
            : "The last one is used. Remove the one that is not wanted.",
      },
    );
  }

  private spend(count: number, span: Span): void {
    const within = this.size <= MOST_VALUES;
    this.size += count;
    if (!within || this.size <= MOST_VALUES) return;
    this.say(
      "too-large",
      span,
      `more than ${String(MOST_VALUES)} values, counting what aliases repeat`,
    );
  }

  private place(span: Span): Place {
    return { file: this.options.file, ...this.options.lines.at(span.start) };
  }

  private say(
    word: string,
    span: Span,
    summary: string,
    more: { hint?: string; severity?: "error" | "warning" } = {},
  ): void {
    const { hint, severity = "error" } = more;
    const at = this.place(span);
    this.problems.push({
      code: `yaml/${word}`,
      severity,
      summary,
      ...(hint === undefined ? {} : { hint }),
      at,
    });
  }
}

function isMergeKey(key: YamlNode): boolean {
  if (key.kind !== "scalar") return false;
  return (
    key.tag === `${YAML}merge` ||
    (key.tag === undefined && key.style === "plain" && key.text === "<<")
  );
}

/** Nothing for what cannot be a key. */
export function asKey(value: Value): ValueKey | undefined {
  if (value instanceof UnsafeText) return value.text;
  if (value instanceof WholeFloat || value instanceof Timestamp) return value;
  return typeof value === "object" && value !== null ? undefined : value;
}
