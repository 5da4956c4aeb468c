import { join } from "node:path";
import { hasErrors, type Diagnostic } from "../model/diagnostic.ts";
import type { Variable } from "../model/inventory.ts";
import { openConstructed } from "./constructed-config.ts";
import { construct } from "./constructed.ts";
import type { FoundBeside } from "./draft-variables.ts";
import type { InventoryDraft } from "./draft.ts";
import type { InventoryText } from "./source-text.ts";
import type { InventoryAccess } from "./text-file.ts";
import { openVarsFolder } from "./vars-files.ts";

/** Reads the file of the plugin `constructed` into the draft; nothing when the source is something else. */
export async function readConstructed(
  source: InventoryText,
  access: InventoryAccess,
  draft: InventoryDraft,
): Promise<readonly Diagnostic[] | undefined> {
  const { settings, templates, extraVars, vault } = access;
  const opened = openConstructed(source, settings);
  if (opened === undefined) return undefined;
  const problems = [...opened.problems];
  const config = opened.value;
  if (config === undefined) return problems;
  const found = config.useVarsPlugins ? await readBeside(access, draft, problems) : [];
  if (hasErrors(problems)) return problems;
  const before = draft.problems.length;
  const decrypt: typeof templates.decrypt = (text) => {
    const plain = vault.decrypt(text.ciphertext, text.at);
    if (plain.value !== undefined) return Buffer.from(plain.value).toString("utf8");
    throw Object.assign(new Error(plain.problems[0]?.summary), plain.problems[0]);
  };
  const inputs = { templates: { decrypt, ...templates }, settings, extraVars, found };
  problems.push(...construct(config, draft, inputs));
  return [...problems, ...draft.problems.splice(before)];
}

/** What lies beside the sources before this one, each folder once, where it counts most. */
async function readBeside(
  access: InventoryAccess,
  draft: InventoryDraft,
  problems: Diagnostic[],
): Promise<readonly FoundBeside[]> {
  const folders = draft.foldersRead.map((folder) => access.files.resolve(folder));
  const found: FoundBeside[] = [];
  for (const [index, folder] of folders.entries()) {
    if (folders.lastIndexOf(folder) !== index) continue;
    const groupVars = await openVarsFolder(join(folder, "group_vars"), access);
    const hostVars = await openVarsFolder(join(folder, "host_vars"), access);
    const groups = new Map<string, readonly Variable[]>();
    const hosts = new Map<string, readonly Variable[]>();
    for (const group of draft.groups.keys()) {
      if (!groupVars.has(group)) continue;
      const kind = { kind: "group-vars", group, beside: "inventory" } as const;
      groups.set(
        group,
        (await groupVars.of(group)).map((one) => ({
          name: one.name,
          value: one.value,
          from: { ...kind, at: one.at, encrypted: one.encrypted },
        })),
      );
    }
    for (const host of draft.hosts.keys()) {
      if (!hostVars.has(host)) continue;
      const kind = { kind: "host-vars", host, beside: "inventory" } as const;
      hosts.set(
        host,
        (await hostVars.of(host)).map((one) => ({
          name: one.name,
          value: one.value,
          from: { ...kind, at: one.at, encrypted: one.encrypted },
        })),
      );
    }
    problems.push(...groupVars.problems, ...hostVars.problems);
    found.push({ groups, hosts });
  }
  return found;
}
