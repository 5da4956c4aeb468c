import { extname, join } from "node:path";
import type { Diagnostic, Place } from "../model/diagnostic.ts";
import { entriesOf, isMapping, keyIdentity, keyText } from "../lib/mapping.ts";
import type { Value } from "../model/value.ts";
import { readAnsibleYaml } from "./ansible-yaml.ts";
import { readTextFile, type FileAccess } from "./text-file.ts";

/** One variable of a file in `group_vars` or `host_vars`. */
export interface FileVariable {
  readonly name: string;
  readonly value: Value;
  readonly at: Place;
  readonly encrypted: boolean;
}

/** A `group_vars` or `host_vars` folder: the variables of a group or host, in the order in which later ones win. */
export interface VarsFolder {
  /** Whether it says anything about that name. */
  has(name: string): boolean;
  of(name: string): Promise<readonly FileVariable[]>;
  readonly problems: readonly Diagnostic[];
}

/** The first that exists is taken, and only that one: a file or folder without extension beats `.yml`. */
const EXTENSIONS = ["", ".yml", ".yaml", ".json"] as const;
const DEEPEST_FOLDER = 20;

export async function openVarsFolder(folder: string, access: FileAccess): Promise<VarsFolder> {
  const problems: Diagnostic[] = [];
  const exists = (await access.files.kind(folder)) === "folder";
  const names = new Set(exists ? await access.files.list(folder) : []);
  return {
    problems,
    // A name with a slash would lead out of the folder.
    has: (name) => !name.includes("/") && EXTENSIONS.some((one) => names.has(name + one)),
    async of(name) {
      if (name.includes("/")) return [];
      const extension = EXTENSIONS.find((one) => names.has(name + one));
      if (extension === undefined) return [];
      const path = join(folder, name + extension);
      if ((await access.files.kind(path)) !== "folder") return readVars(path, access, problems);
      // `web.yml/` as a folder is no folder of variables.
      return extension === "" ? readAll(path, access, problems) : [];
    },
  };
}

async function readAll(
  folder: string,
  access: FileAccess,
  problems: Diagnostic[],
  depth = 0,
): Promise<readonly FileVariable[]> {
  if (depth > DEEPEST_FOLDER) return [];
  const found: FileVariable[] = [];
  const names = (await access.files.list(folder)).toSorted();
  for (const name of names) {
    if (name.startsWith(".") || name.endsWith("~")) continue;
    const path = join(folder, name);
    const extension = extname(name);
    if ((await access.files.kind(path)) === "folder") {
      if (extension === "") found.push(...(await readAll(path, access, problems, depth + 1)));
    } else if (EXTENSIONS.some((one) => one === extension)) {
      found.push(...(await readVars(path, access, problems)));
    }
  }
  return found;
}

/** The variables of one file; a file without content has none. */
export async function readVars(
  file: string,
  access: FileAccess,
  problems: Diagnostic[],
): Promise<readonly FileVariable[]> {
  const opened = await readTextFile(file, access);
  problems.push(...opened.problems);
  if (opened.value === undefined) return [];
  const { text, encrypted } = opened.value;
  const read = readAnsibleYaml(text, file, access.settings);
  problems.push(...read.problems);
  const document = read.value;
  if (document === undefined || document.value === null) return [];
  if (!isMapping(document.value)) {
    problems.push({
      code: "inventory/vars-file",
      severity: "error",
      summary: "a file of variables must be a mapping",
      hint: "Write name: value.",
      at: document.placeOf([]),
    });
    return [];
  }
  return entriesOf(document.value).map(([key, value]) => ({
    name: keyText(key),
    value,
    at: document.placeOf([keyIdentity(key)]),
    encrypted,
  }));
}
