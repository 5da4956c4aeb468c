import { basename, dirname, extname, join } from "node:path";
import { hasErrors, type Diagnostic } from "../model/diagnostic.ts";
import { hostId } from "../model/ids.ts";
import { parseAddress } from "./address.ts";
import { readConstructed } from "./constructed-source.ts";
import { InventoryDraft } from "./draft.ts";
import { readIni } from "./ini.ts";
import { readScript } from "./script-source.ts";
import type { InventorySettings } from "./settings.ts";
import type { InventoryText } from "./source-text.ts";
import { readTextFile, type InventoryAccess } from "./text-file.ts";
import { isHollow, openYamlInventory, readYamlInventory } from "./yaml-source.ts";

const NOT_SOURCES: ReadonlySet<string> = new Set(["group_vars", "host_vars", "vars_plugins"]);
const YAML_LIKE: ReadonlySet<string> = new Set(["", ".yml", ".yaml", ".json"]);
const DEEPEST_FOLDER = 20;

export interface SourceRead {
  /** False where nothing of it could be read without an error. */
  readonly isRead: boolean;
  readonly problems: readonly Diagnostic[];
}

/**
 * Reads one `-i` into the draft. Answers the folder beside which `group_vars` and `host_vars` are looked for; a comma
 * list has none.
 */
export async function readSource(
  source: string,
  access: InventoryAccess,
  draft: InventoryDraft,
): Promise<SourceRead & { readonly folder?: string }> {
  const { files, settings } = access;
  const kind = await files.kind(source);
  switch (kind) {
    case "folder":
      return { folder: source, ...(await readFolder(source, access, draft)) };
    case "file":
      return { folder: dirname(source), ...(await readFile(source, access, draft)) };
    case "absent":
      if (source.includes(",") && settings.formats.has("host_list")) {
        return { isRead: true, problems: readList(source, draft) };
      }
      return judged([missing(source)], settings);
  }
}

/** `h1,h2:2222,` */
function readList(source: string, draft: InventoryDraft): readonly Diagnostic[] {
  for (const entry of source.split(",")) {
    const text = entry.trim();
    if (text === "" || text === "__proto__") continue;
    const { host, port } = parseAddress(text);
    // A host that is known already stays where it is.
    if (!draft.hosts.has(hostId(host))) draft.addHost(host, "ungrouped", { port });
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
): Promise<SourceRead> {
  if (depth > DEEPEST_FOLDER) {
    const deep: Diagnostic = {
      code: "inventory/too-deep",
      severity: "error",
      summary: `${shown}: folders nested more than ${String(DEEPEST_FOLDER)} deep`,
      hint: "A symbolic link may lead in a circle.",
    };
    return { isRead: false, problems: [deep] };
  }
  const problems: Diagnostic[] = [];
  let isRead = false;
  const names = (await access.files.list(shown)).toSorted();
  for (const name of names) {
    if (isIgnored(name, access.settings)) continue;
    const path = join(shown, name);
    const found =
      (await access.files.kind(path)) === "folder"
        ? await readFolder(path, access, draft, depth + 1)
        : await readFile(path, access, draft);
    problems.push(...found.problems);
    isRead ||= found.isRead;
  }
  return { isRead, problems };
}

function isIgnored(name: string, settings: InventorySettings): boolean {
  return (
    name.startsWith(".") ||
    NOT_SOURCES.has(name) ||
    settings.ignoredExtensions.some((ending) => name.endsWith(ending)) ||
    settings.ignoredPatterns.some((pattern) => pattern.test(name))
  );
}

async function readFile(
  file: string,
  access: InventoryAccess,
  draft: InventoryDraft,
): Promise<SourceRead> {
  const read = await readOneFile(file, access, draft);
  if (read.isRead) draft.foldersRead.push(dirname(file));
  return read;
}

async function readOneFile(
  file: string,
  access: InventoryAccess,
  draft: InventoryDraft,
): Promise<SourceRead> {
  const { settings } = access;
  const script = settings.formats.has("script") ? await isProgram(file, access) : "no";
  if (script === "yes") return judged(await readScript(file, access, draft), settings);
  if (script === "not-executable" && !settings.lenient) {
    const problem: Diagnostic = {
      code: "inventory/script",
      severity: "error",
      summary: `${file} is a script and not executable`,
      hint: `\`chmod +x ${file}\`, or remove its first line when it is a plain inventory.`,
      at: { file, line: 1, column: 1 },
    };
    return { isRead: false, problems: [problem] };
  }
  const read = await readTextFile(file, access);
  if (read.value === undefined) return judged(read.problems, settings);
  const { text, path } = read.value;
  const source = { text, file, path };
  const constructed = await readConstructed(source, access, draft);
  if (constructed !== undefined && (!settings.lenient || !hasErrors(constructed))) {
    return judged(constructed, settings);
  }
  if (!settings.lenient) return judged(readText(source, draft, settings), settings);
  // The other formats are tried all the same, as with every source that the one before could not read.
  const others = readLeniently(source, draft, settings);
  const before = judged(constructed ?? [], settings).problems;
  return { ...others, problems: [...before, ...others.problems] };
}

/** Only what the kernel itself can start is: a shell would take the lines of any other file for commands. */
async function isProgram(
  file: string,
  { files }: InventoryAccess,
): Promise<"yes" | "no" | "not-executable"> {
  const found = await files.read(file);
  if (found.kind !== "bytes") return "no";
  const start = Buffer.from(found.bytes.subarray(0, 4)).toString("latin1");
  const executable = (found.mode & 0o111) !== 0;
  if (start.startsWith("#!")) return executable ? "yes" : "not-executable";
  return executable && start === "\u007fELF" ? "yes" : "no";
}

/** With Ansible's leniency, what cannot be read is a warning. */
function judged(problems: readonly Diagnostic[], { lenient }: InventorySettings): SourceRead {
  const isRead = !hasErrors(problems);
  return {
    isRead,
    problems: lenient ? problems.map((one) => ({ ...one, severity: "warning" })) : problems,
  };
}

/** As Ansible does it: format after format, each into the same inventory, until one reads the file without an error. */
function readLeniently(
  source: InventoryText,
  draft: InventoryDraft,
  settings: InventorySettings,
): SourceRead {
  const problems: Diagnostic[] = [];
  for (const format of formatsOf(source, settings)) {
    const before = draft.problems.length;
    const read = [...readAs(format, source, draft, settings), ...draft.problems.splice(before)];
    if (!hasErrors(read)) return { isRead: true, problems: read };
    problems.push(...read);
  }
  return judged(problems, settings);
}

type Format = "yaml" | "ini";

function formatsOf(
  { file, text }: InventoryText,
  { formats }: InventorySettings,
): readonly Format[] {
  const extension = extname(basename(file));
  if (isBlank(text) && extension === "") return [];
  return (["yaml", "ini"] as const).filter(
    (format) => formats.has(format) && (format === "ini" || YAML_LIKE.has(extension)),
  );
}

function readAs(
  format: Format,
  source: InventoryText,
  draft: InventoryDraft,
  settings: InventorySettings,
): readonly Diagnostic[] {
  switch (format) {
    case "yaml": {
      const opened = openYamlInventory(source, settings);
      if (opened.value === undefined) return opened.problems;
      return [...opened.problems, ...readYamlInventory(opened.value, source, draft)];
    }
    case "ini":
      return readIni(source, draft);
  }
}

/**
 * YAML is tried first where the name allows it, then INI, as Ansible does. When neither fits, the problems are those
 * of the format that the file looks like.
 */
export function readText(
  source: InventoryText,
  draft: InventoryDraft,
  settings: InventorySettings,
): readonly Diagnostic[] {
  const extension = extname(basename(source.file));
  const { formats } = settings;
  if (extension === ".toml") return [toml(source)];
  if (!YAML_LIKE.has(extension) || !formats.has("yaml")) return readIni(source, draft);
  if (!formats.has("ini")) return readAs("yaml", source, draft, settings);
  if (isBlank(source.text) && extension === "") return [];
  const opened = openYamlInventory(source, settings);
  const yaml = opened.value;
  const hollow = yaml !== undefined && extension === "" && isHollow(yaml);
  if (yaml !== undefined && !hollow) {
    const scratch = new InventoryDraft(settings);
    const read = (into: InventoryDraft) => readYamlInventory(yaml, source, into);
    const tried = read(scratch);
    if (fits(tried, scratch)) {
      return [...opened.problems, ...taken(tried, scratch, draft, read)];
    }
  }
  const asYaml = () =>
    yaml === undefined
      ? opened.problems
      : [...opened.problems, ...readYamlInventory(yaml, source, draft)];
  // Groups of other sources count as declared, so the scratch draft knows them.
  const scratch = new InventoryDraft(settings);
  for (const name of draft.groups.keys()) scratch.group(name);
  const tried = readIni(source, scratch);
  const isJson = /^\s*\{/.test(source.text);
  if (fits(tried, scratch) && !isJson && hasContent(scratch, draft)) {
    return taken(tried, scratch, draft, (into) => readIni(source, into));
  }
  return looksLikeYaml(source.text, extension) ? asYaml() : readIni(source, draft);
}

/** True when nothing is left behind by a file that is something else. */
function fits(problems: readonly Diagnostic[], scratch: InventoryDraft): boolean {
  return !hasErrors(problems) && !hasErrors(scratch.problems);
}

/** What was read into an empty draft need not be read again when nothing was read before it. */
function taken(
  problems: readonly Diagnostic[],
  scratch: InventoryDraft,
  draft: InventoryDraft,
  read: (into: InventoryDraft) => readonly Diagnostic[],
): readonly Diagnostic[] {
  if (!draft.isFresh) return read(draft);
  draft.adopt(scratch);
  return problems;
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
