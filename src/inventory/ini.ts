import type { Diagnostic, Place } from "../model/diagnostic.ts";
import type { Value } from "../model/value.ts";
import { didYouMean } from "../lib/did-you-mean.ts";
import { ReadingStopped, type InventoryDraft } from "./draft.ts";
import { hostNames } from "./host-names.ts";
import { iniValue } from "./python-literal.ts";
import { shellWords, type ShellWord } from "./shlex.ts";
import type { InventoryText } from "./source-text.ts";

type SectionKind = "hosts" | "children" | "vars";

interface Section {
  readonly kind: SectionKind;
  readonly group: string;
}

const SECTION = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/;
/** What no program that reads the inventory further on could hold. */
const FORBIDDEN = /\0|\b__proto__\b/;
const KINDS: readonly string[] = ["hosts", "children", "vars"] satisfies readonly SectionKind[];

/** Reads an INI inventory into the draft. Every line that is wrong is said; the rest is read nevertheless. */
export function readIni(source: InventoryText, draft: InventoryDraft): readonly Diagnostic[] {
  const reader = new IniReader(source, draft);
  try {
    reader.whole();
  } catch (thrown) {
    if (!(thrown instanceof ReadingStopped)) throw thrown;
  }
  return reader.problems;
}

interface Assignment {
  readonly name: string;
  readonly value: Value;
  readonly at: Place;
}

interface At {
  readonly line: number;
  readonly column: number;
}

class IniReader {
  readonly problems: Diagnostic[] = [];
  private readonly source: InventoryText;
  private readonly draft: InventoryDraft;
  private section: Section = { kind: "hosts", group: "ungrouped" };
  /** Groups that are children or have variables before they are declared. */
  private readonly pending = new Map<
    string,
    { readonly parents: string[]; at: At; kind: SectionKind }
  >();
  private readonly declared = new Set<string>();

  constructor(source: InventoryText, draft: InventoryDraft) {
    this.source = source;
    this.draft = draft;
    for (const name of draft.groups.keys()) this.declared.add(name);
  }

  whole(): void {
    const { text } = this.source;
    if (text.startsWith("\uFEFF")) {
      this.say(
        "byte-order-mark",
        { line: 1, column: 1 },
        "the file starts with a byte order mark",
        "Save it as UTF-8 without one (in vim: `:set nobomb`).",
      );
      return;
    }
    text.split(/\r\n|\r|\n/).forEach((line, index) => {
      this.line(line, index + 1);
    });
    this.end();
  }

  private line(written: string, line: number): void {
    const text = written.trim();
    const at = { line, column: written.length - written.trimStart().length + 1 };
    if (text === "" || text.startsWith("#") || text.startsWith(";")) return;
    const strange = FORBIDDEN.exec(written)?.[0];
    if (strange !== undefined) {
      const what = strange === "\0" ? "a NUL character" : `the name ${strange}`;
      const column = written.indexOf(strange) + 1;
      this.say("forbidden", { line, column }, `${what} cannot stand in an inventory`);
      return;
    }
    const header = SECTION.exec(text);
    if (header?.[1] !== undefined) {
      this.header(header[1], header[2] ?? "hosts", at);
    } else if (text.startsWith("[") && text.endsWith("]")) {
      this.say(
        "section",
        at,
        `not a section: ${text}`,
        "Sections are [group], [group:children] and [group:vars], without blanks inside.",
      );
    } else {
      this.content(text, at);
    }
  }

  /** Says which groups were used and never declared. */
  private end(): void {
    for (const [name, { at, kind, parents }] of this.pending) {
      const near = didYouMean(name, this.declared);
      const hint =
        near === undefined ? "Declare it with a section of its own." : `Did you mean ${near}?`;
      const summary =
        kind === "vars"
          ? `[${name}:vars] is about a group that is not declared`
          : `[${parents[0] ?? ""}:children] names the group ${name}, which is not declared`;
      this.say("unknown-group", at, summary, hint);
    }
  }

  private say(word: string, at: At, summary: string, hint?: string): void {
    const problem: Diagnostic = {
      code: `inventory/${word}`,
      severity: "error",
      summary,
      ...(hint === undefined ? {} : { hint }),
      at: this.place(at),
    };
    this.draft.note(problem, this.problems);
  }

  private header(group: string, kind: string, at: At): void {
    if (!isKind(kind)) {
      const near = didYouMean(kind, KINDS);
      const hint = near === undefined ? "It is :children or :vars." : `Did you mean :${near}?`;
      this.say("section", at, `unknown kind of section in [${group}:${kind}]`, hint);
      return;
    }
    this.section = { kind, group };
    if (kind === "vars" && !this.declared.has(group)) {
      // It has its place in the order of groups from here on.
      this.draft.group(group);
      this.await(group, "vars", at);
      return;
    }
    if (kind !== "vars") this.declare(group, at);
  }

  private declare(group: string, at: At): void {
    this.draft.group(group);
    this.declared.add(group);
    const waiting = this.pending.get(group);
    this.pending.delete(group);
    for (const parent of waiting?.parents ?? []) {
      this.draft.addChild(parent, group, this.place(waiting?.at ?? at));
    }
  }

  private await(group: string, kind: SectionKind, at: At, parent?: string): void {
    const waiting = this.pending.get(group) ?? { parents: [], at, kind };
    if (parent !== undefined) waiting.parents.push(parent);
    this.pending.set(group, waiting);
  }

  private content(text: string, at: At): void {
    switch (this.section.kind) {
      case "hosts":
        this.hostLine(text, at);
        return;
      case "children":
        this.childLine(text, at);
        return;
      case "vars":
        this.variableLine(text, at);
        return;
    }
  }

  private childLine(text: string, at: At): void {
    const child = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(text)?.[1];
    if (child === undefined) {
      this.say(
        "child",
        at,
        `not the name of a group: ${text}`,
        "One group a line, and nothing else.",
      );
    } else if (this.draft.groups.has(child)) {
      this.draft.addChild(this.section.group, child, this.place(at));
    } else {
      this.await(child, "children", at, this.section.group);
    }
  }

  private variableLine(text: string, at: At): void {
    const split = text.indexOf("=");
    if (split < 0) {
      this.say("variable", at, `not a variable: ${text}`, "Write name=value.");
      return;
    }
    const value = this.value(text.slice(split + 1).trim(), at);
    if (value === undefined) return;
    const group = this.draft.group(this.section.group);
    this.draft.setGroupVariable(group, text.slice(0, split).trim(), value.value, this.place(at));
  }

  private hostLine(text: string, at: At): void {
    const split = shellWords(text);
    if (split.kind === "unclosed") {
      const column = at.column + split.offset;
      this.say("quote", { ...at, column }, `the quote ${split.quote} is not closed`);
      return;
    }
    const [first] = split.words;
    if (first === undefined) return;
    const assignments = split.words.slice(1);
    const named = hostNames(first.text);
    if (named.kind === "wrong") {
      if (!named.empty || !this.draft.isLenient) this.say("host", at, named.summary, named.hint);
      return;
    }
    const place = this.place(at);
    // All of the line is read before its hosts are named: with Ansible's leniency a bad line names none.
    const variables: Assignment[] = [];
    for (const word of assignments) {
      const one = this.assignment(word, assignments, at);
      if (one !== undefined) variables.push(one);
    }
    const { path: source } = this.source;
    for (const name of named.names) {
      const { port } = named;
      const host = this.draft.addHost(name, this.section.group, { at: place, source, port });
      for (const one of variables) {
        this.draft.setHostVariable(host, one.name, one.value, one.at);
      }
    }
  }

  private assignment(word: ShellWord, all: readonly ShellWord[], line: At): Assignment | undefined {
    const at = this.place({ line: line.line, column: line.column + word.offset });
    const equals = word.text.indexOf("=");
    if (equals < 0) {
      const template = all.some((one) => one.text.includes("{{"));
      this.say(
        "variable",
        at,
        `not a variable: ${word.text}`,
        template ? 'A value with blanks needs quotes: name="{{ … }}".' : "Write name=value.",
      );
      return undefined;
    }
    const value = this.value(word.text.slice(equals + 1), at);
    return value && { name: word.text.slice(0, equals), value: value.value, at };
  }

  private value(text: string, at: At) {
    const read = iniValue(text);
    if (read.kind === "value") return read;
    this.say(
      "value",
      at,
      `Python cannot build this value: ${read.why}`,
      "Ansible drops the whole file for it. Put this variable into a YAML file in group_vars or host_vars.",
    );
    return undefined;
  }

  private place({ line, column }: At): Place {
    return { file: this.source.file, line, column };
  }
}

function isKind(kind: string): kind is SectionKind {
  return KINDS.includes(kind);
}
