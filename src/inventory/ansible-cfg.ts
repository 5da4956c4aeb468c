import type { Diagnostic, Place } from "../model/diagnostic.ts";

/** One value of an `ansible.cfg`, as written, without the quotes around it. */
export interface CfgValue {
  readonly text: string;
  readonly at: Place;
}

/** Values by `section.key`; sections and keys are as Python's configparser knows them, keys in lower case. */
export type CfgValues = ReadonlyMap<string, CfgValue>;

/**
 * Reads an `ansible.cfg` as Python's configparser does: `;` starts a comment anywhere after a blank, `#` only at the
 * start of a line, indented lines go on with the value above, and a section or key may stand only once.
 */
export function readAnsibleCfg(
  text: string,
  file: string,
): { readonly values: CfgValues; readonly problems: readonly Diagnostic[] } {
  const reader = new CfgReader(file);
  text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\r|\n/)
    .forEach((line, index) => reader.line(line, index + 1));
  return { values: reader.values(), problems: reader.problems };
}

class CfgReader {
  readonly problems: Diagnostic[] = [];
  private readonly file: string;
  private readonly found = new Map<string, { lines: string[]; at: Place; indent: number }>();
  private readonly sections = new Set<string>();
  private section: string | undefined;
  private open: { lines: string[]; at: Place; indent: number } | undefined;

  constructor(file: string) {
    this.file = file;
  }

  values(): CfgValues {
    return new Map(
      [...this.found].map(([key, { lines, at }]) => [
        key,
        { text: unquoted(lines.join("\n").trim()), at },
      ]),
    );
  }

  line(written: string, number: number): void {
    const indent = written.length - written.trimStart().length;
    const at: Place = { file: this.file, line: number, column: indent + 1 };
    if (/^\s*[#;]/.test(written)) return;
    const text = written.replace(/\s;.*$/, "").trim();
    if (text === "") {
      this.open?.lines.push("");
      return;
    }
    if (this.open !== undefined && indent > this.open.indent) {
      this.open.lines.push(text);
      return;
    }
    const header = /^\[(.+?)\]/.exec(text)?.[1];
    if (header === undefined) this.option(text, at, indent);
    else this.header(header, at);
  }

  private header(name: string, at: Place): void {
    this.open = undefined;
    if (this.sections.has(name)) this.say(at, `section [${name}] stands twice`);
    this.sections.add(name);
    this.section = name;
  }

  private option(text: string, at: Place, indent: number): void {
    const [, name, value = ""] = /^(.*?)\s*[=:]\s*(.*)$/.exec(text) ?? [];
    if (this.section === undefined || name === undefined || name === "") {
      this.open = undefined;
      this.say(at, this.section === undefined ? "a line before any [section]" : "not name = value");
      return;
    }
    const key = `${this.section}.${name.toLowerCase()}`;
    if (this.found.has(key)) this.say(at, `${name} stands twice in [${this.section}]`);
    this.open = { lines: [value], at, indent };
    this.found.set(key, this.open);
  }

  private say(at: Place, summary: string): void {
    this.problems.push({ code: "inventory/ansible-cfg", severity: "error", summary, at });
  }
}

function unquoted(text: string): string {
  const quote = text.charAt(0);
  const isQuoted = text.length > 1 && /["']/.test(quote) && text.endsWith(quote);
  return isQuoted && text.at(-2) !== "\\" ? text.slice(1, -1) : text;
}
