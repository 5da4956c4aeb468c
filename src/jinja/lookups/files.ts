import { posix } from "node:path";
import { flagOr, textOr, wantText } from "../coerce.ts";
import type { Machine } from "../machine.ts";
import { TemplateProblem, unsupported } from "../problem.ts";
import { Dict } from "../values/datum.ts";
import type { Datum } from "../values/datum.ts";
import { print } from "../values/print.ts";
import { elements } from "../values/iterate.ts";
import { csvRows } from "./csv.ts";
import { iniValue } from "./ini.ts";
import type { Lookup } from "./lookup.ts";

/** Lookups that read files of the controller. What a file holds is plain text, never a template. */
export const FILE_LOOKUPS: Readonly<Record<string, Lookup>> = {
  file: (terms, options, machine) =>
    terms.map((term) => {
      let text = contents(machine, wantText(term, "the name of a file"));
      if (flagOr(options.get("rstrip"), true)) text = text.trimEnd();
      return flagOr(options.get("lstrip"), false) ? text.trimStart() : text;
    }),
  template: (terms, options, machine) =>
    terms.map((term) => {
      const source = contents(machine, wantText(term, "the name of a template"));
      const extra = options.get("template_vars");
      const more = new Map<string, Datum>();
      if (extra instanceof Dict)
        for (const [key, value] of extra.pairs()) more.set(print(key), value);
      return machine.renderText(source, more);
    }),
  first_found: (terms, options, machine) => {
    const all = terms.length > 0 ? terms : [new Dict(options)];
    const names = all.flatMap((term) => candidates(term, options.get("paths")));
    for (const name of names) {
      const found = machine.locate(name);
      if (found !== undefined) return [posix.normalize(found)];
    }
    const skips = [
      options.get("skip"),
      ...all.map((term) => (term instanceof Dict ? term.get("skip") : undefined)),
    ];
    if (skips.some((skip) => flagOr(skip, false))) return [];
    throw missing(names.join(", "));
  },
  fileglob: (terms, _, machine) =>
    terms.flatMap((term) => globbed(machine, wantText(term, "a pattern"))),
  ini: (terms, options, machine) =>
    terms.map((term) => {
      const { key, given } = keyAndOptions(wantText(term, "the key"), options);
      const file = given.get("file") ?? "ansible.ini";
      const found = iniValue(contents(machine, file), key, {
        section: given.get("section") ?? "global",
        type: given.get("type") ?? "ini",
      });
      return found ?? given.get("default") ?? "";
    }),
  csvfile: (terms, options, machine) =>
    terms.map((term) => {
      const { key, given } = keyAndOptions(wantText(term, "the key"), options);
      const separator = given.get("delimiter") ?? "TAB";
      const delimiter = separator === "TAB" || separator === "\\t" ? "\t" : separator;
      const rows = csvRows(contents(machine, given.get("file") ?? "ansible.csv"), delimiter);
      const row = rows.find((one) => one[Number(given.get("keycol") ?? 0)] === key);
      return row?.[Number(given.get("col") ?? 1)] ?? given.get("default") ?? "";
    }),
};

function contents(machine: Machine, name: string): string {
  const text = machine.file(name);
  if (text === undefined) throw missing(name);
  return text;
}

function missing(name: string): TemplateProblem {
  return new TemplateProblem("jinja/file", `file not found in the search path: ${name}`, {
    hint: "Give its path relative to the playbook or to its files folder",
  });
}

/** File names, each in each of the folders if there are any. */
function candidates(term: Datum, paths?: Datum): string[] {
  const folders = namesIn((term instanceof Dict ? term.get("paths") : undefined) ?? paths);
  const files = namesIn(term instanceof Dict ? term.get("files") : term);
  if (folders.length === 0) return files;
  return folders.flatMap((folder) => files.map((file) => `${folder}/${file}`));
}

function namesIn(datum: Datum | undefined): string[] {
  if (datum === undefined || datum === null) return [];
  if (typeof datum === "string") return datum.split(/[,;]/).map((name) => name.trim());
  return elements(datum).flatMap((one) => (one instanceof Dict ? candidates(one) : namesIn(one)));
}

function globbed(machine: Machine, pattern: string): string[] {
  const { listFolder, searchPath = [] } = machine.settings;
  if (listFolder === undefined)
    throw unsupported("folders cannot be listed here", "Name the files one by one");
  const slash = pattern.lastIndexOf("/");
  const folder = slash < 0 ? "" : pattern.slice(0, slash);
  const wanted = globRegex(pattern.slice(slash + 1));
  const folders = folder.startsWith("/")
    ? [folder]
    : searchPath.map((base) => (folder === "" ? base : `${base}/${folder}`));
  for (const one of folders) {
    const names = attempt(() => listFolder(one)).filter((name) => wanted.test(name));
    if (names.length > 0) return names.toSorted().map((name) => `${one}/${name}`);
  }
  return [];
}

/** The files that the filter `fileglob` finds: seen from the first folder of the search path, and named as the pattern. */
export function filesNamed(machine: Machine, pattern: string): string[] {
  const { listFolder, lookAt, searchPath = [] } = machine.settings;
  if (listFolder === undefined || lookAt === undefined)
    throw unsupported("folders cannot be listed here", "Name the files one by one");
  const slash = pattern.lastIndexOf("/") + 1;
  const folder = pattern.slice(0, slash);
  const name = pattern.slice(slash);
  const wanted = globRegex(name);
  const place = folder.startsWith("/") ? folder : `${searchPath[0] ?? "."}/${folder}`;
  return attempt(() => listFolder(place))
    .filter((one) => wanted.test(one) && (name.startsWith(".") || !one.startsWith(".")))
    .filter((one) => lookAt(`${place}/${one}`, "follow")?.kind === "file")
    .map((one) => folder + one);
}

function attempt(list: () => readonly string[]): readonly string[] {
  try {
    return list();
  } catch {
    return [];
  }
}

function globRegex(pattern: string): RegExp {
  const body = pattern
    .replace(/[\\^$.+()|{}]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${body.replaceAll("[!", "[^")}$`, "s");
}

/** `key section=x file=y`, as terms of these lookups may be written. */
function keyAndOptions(
  term: string,
  options: ReadonlyMap<string, Datum>,
): { key: string; given: ReadonlyMap<string, string> } {
  const given = new Map([...options].map(([name, value]) => [name, textOr(value, "")]));
  const words = term.split(/\s+/);
  const key = words.filter((word) => !/^\w+=/.test(word)).join(" ");
  for (const word of words) {
    const match = /^(\w+)=(.*)$/s.exec(word);
    if (match !== null) given.set(match[1] ?? "", match[2] ?? "");
  }
  return { key, given };
}
