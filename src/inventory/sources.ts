import { basename, dirname, extname, join } from "node:path";
import type { Diagnostic } from "../model/diagnostic.ts";
import { parseAddress } from "./address.ts";
import { InventoryDraft } from "./draft.ts";
import { readIni } from "./ini.ts";
import { readScript } from "./script-source.ts";
import type { InventoryText } from "./source-text.ts";
import { readTextFile, type InventoryAccess } from "./text-file.ts";
import { fits, isHollow, openYamlInventory, readYamlInventory } from "./yaml-source.ts";

/** In a folder of sources these are no sources, as for Ansible. */
const SKIPPED = /(?:\.pyc|\.pyo|\.swp|\.bak|~|\.rpm|\.md|\.txt|\.rst|\.orig|\.cfg|\.retry)$|^\./;
const NOT_SOURCES: ReadonlySet<string> = new Set(["group_vars", "host_vars", "vars_plugins"]);
const YAML_LIKE: ReadonlySet<string> = new Set(["", ".yml", ".yaml", ".json"]);
const DEEPEST_FOLDER = 20;

/**
 * Reads one `-i` into the draft. Answers the folder beside which `group_vars` and `host_vars` are looked for; a comma
 * list has none.
 */
export async function readSource(
  source: string,
  access: InventoryAccess,
  draft: InventoryDraft,
): Promise<{ readonly folder?: string; readonly problems: readonly Diagnostic[] }> {
  const { files } = access;
  const kind = await files.kind(source);
  switch (kind) {
    case "folder":
      return { folder: source, problems: await readFolder(source, access, draft) };
    case "file":
      return { folder: dirname(source), problems: await readFile(source, access, draft) };
    case "absent":
      if (source.includes(",")) return { problems: readList(source, draft) };
      return { problems: [missing(source)] };
  }
}

/** `h1,h2:2222,` */
function readList(source: string, draft: InventoryDraft): readonly Diagnostic[] {
  for (const entry of source.split(",")) {
    const text = entry.trim();
    if (text === "") continue;
    const { host, port } = parseAddress(text);
    const at = { file: `-i ${source}`, line: 1, column: 1 };
    const added = draft.addHost(host, "ungrouped");
    if (port !== undefined) draft.setHostVariable(added, "ansible_port", port, at);
  }
  return [];
}

function missing(source: string): Diagnostic {
  return {
    code: "inventory/missing",
    severity: "error",
    summary: `inventory ${source} does not exist`,
    hint: `Check the path. For a host without an inventory file, write a comma behind it: -i ${source},`,
  };
}

async function readFolder(
  shown: string,
  access: InventoryAccess,
  draft: InventoryDraft,
  depth = 0,
): Promise<readonly Diagnostic[]> {
  if (depth > DEEPEST_FOLDER) {
    return [
      {
        code: "inventory/too-deep",
        severity: "error",
        summary: `${shown}: folders nested more than ${String(DEEPEST_FOLDER)} deep`,
        hint: "A symbolic link may lead in a circle.",
      },
    ];
  }
  const problems: Diagnostic[] = [];
  const names = (await access.files.list(shown)).toSorted();
  for (const name of names) {
    if (SKIPPED.test(name) || NOT_SOURCES.has(name)) continue;
    const path = join(shown, name);
    const found =
      (await access.files.kind(path)) === "folder"
        ? await readFolder(path, access, draft, depth + 1)
        : await readFile(path, access, draft);
    problems.push(...found);
  }
  return problems;
}

async function readFile(
  file: string,
  access: InventoryAccess,
  draft: InventoryDraft,
): Promise<readonly Diagnostic[]> {
  const read = await readTextFile(file, access);
  if (read.value === undefined) return read.problems;
  const { text, executable, path } = read.value;
  const script = text.startsWith("#!");
  if (script && executable) return readScript(file, access.files, draft);
  if (script) {
    return [
      {
        code: "inventory/script",
        severity: "error",
        summary: `${file} is a script and not executable`,
        hint: `\`chmod +x ${file}\`, or remove its first line when it is a plain inventory.`,
        at: { file, line: 1, column: 1 },
      },
    ];
  }
  return readText({ text, file, path }, draft);
}

/**
 * YAML is tried first where the name allows it, then INI, as Ansible does. When neither fits, the problems are those
 * of the format that the file looks like.
 */
export function readText(source: InventoryText, draft: InventoryDraft): readonly Diagnostic[] {
  const extension = extname(basename(source.file));
  if (extension === ".toml") return [toml(source)];
  if (!YAML_LIKE.has(extension)) return readIni(source, draft);
  if (isBlank(source.text) && extension === "") return [];
  const opened = openYamlInventory(source);
  const yaml = opened.value;
  const hollow = yaml !== undefined && extension === "" && isHollow(yaml);
  const fitsYaml =
    yaml !== undefined &&
    !hollow &&
    fits((scratch) => readYamlInventory(yaml, source, scratch), new InventoryDraft());
  const asYaml = () =>
    yaml === undefined
      ? opened.problems
      : [...opened.problems, ...readYamlInventory(yaml, source, draft)];
  if (fitsYaml) return asYaml();
  // Groups of other sources count as declared, so the scratch draft knows them.
  const scratch = new InventoryDraft();
  for (const name of draft.groups.keys()) scratch.group(name);
  const fitsIni = fits((into) => readIni(source, into), scratch);
  if (fitsIni && hasContent(scratch, draft)) return readIni(source, draft);
  return looksLikeYaml(source.text, extension) ? asYaml() : readIni(source, draft);
}

function toml({ file }: InventoryText): Diagnostic {
  return {
    code: "inventory/toml",
    severity: "error",
    summary: `${file}: inventories in TOML are not read`,
    hint: "`ansible-inventory --list --export` prints the same inventory as JSON.",
    at: { file, line: 1, column: 1 },
  };
}

function isBlank(text: string): boolean {
  return text.split(/[\r\n]/).every((line) => /^\s*(?:[#;].*)?$/.test(line));
}

function hasContent(scratch: InventoryDraft, draft: InventoryDraft): boolean {
  return scratch.hosts.size > 0 || scratch.groups.size > draft.groups.size;
}

/** Judged by the first line that says something. */
function looksLikeYaml(text: string, extension: string): boolean {
  const first = text.split(/[\r\n]/).find((line) => !/^\s*(?:[#;].*)?$/.test(line)) ?? "";
  if (/^\s*\[/.test(first)) return false;
  return extension !== "" || /^(?:---|\uFEFF|\{|[^\s=]+:(?:\s|$)|- )/.test(first);
}
