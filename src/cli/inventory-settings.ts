import { PLACES, USUAL_SETTINGS, type InventorySettings } from "../inventory/settings.ts";
import type { GroupVarsPlace } from "../inventory/settings.ts";
import type { Diagnostic, Outcome } from "../model/diagnostic.ts";
import type { SettingName, Settings } from "./settings.ts";

/** How inventories are read, from `ansible.cfg` and the environment. `lenient` is the command line's. */
export function inventorySettings(settings: Settings, lenient = false): Outcome<InventorySettings> {
  const problems: Diagnostic[] = [];
  const wrong = (name: SettingName, known: readonly string[]): void => {
    problems.push({
      code: "cli/setting",
      severity: "error",
      summary: `${settings.origin(name) ?? name}: ${settings.text(name) ?? ""} is not known`,
      hint: `It is one of ${known.join(", ")}.`,
    });
  };
  const choice = <T>(name: SettingName, values: ReadonlyMap<string, T>, usual: T): T => {
    const text = settings.text(name);
    if (text === undefined) return usual;
    if (!values.has(text)) wrong(name, [...values.keys()]);
    return values.get(text) ?? usual;
  };
  const precedence = settings.list("precedence")?.map((word): GroupVarsPlace => {
    const known = [...PLACES, "plugins_by_groups"] as const;
    const place = known.find((one) => one === word);
    if (place === undefined) wrong("precedence", known);
    return place ?? "all_inventory";
  });
  const formats = settings.list("enabledPlugins");
  const value: InventorySettings = {
    hashBehaviour: choice("hashBehaviour", HASHES, "replace"),
    precedence: precedence ?? USUAL_SETTINGS.precedence,
    duplicateKeys: choice("duplicateKeys", DUPLICATES, "warning"),
    groupNames: choice("groupNames", GROUP_NAMES, "keep"),
    ignoredExtensions: settings.list("ignoredExtensions") ?? USUAL_SETTINGS.ignoredExtensions,
    ignoredPatterns: (settings.list("ignoredPatterns") ?? []).flatMap((pattern) => {
      try {
        return [new RegExp(pattern)];
      } catch {
        wrong("ignoredPatterns", ["a regular expression"]);
        return [];
      }
    }),
    formats:
      formats === undefined
        ? USUAL_SETTINGS.formats
        : new Set(formats.map((name) => name.replace(/^ansible\.(?:builtin|legacy)\./, ""))),
    useExtraVars: settings.flag("useExtraVars") ?? USUAL_SETTINGS.useExtraVars,
    lenient: lenient || settings.flag("anyUnparsedIsFailed") === false,
  };
  return problems.length > 0 ? { problems } : { value, problems };
}

const HASHES = new Map([
  ["replace", "replace"],
  ["merge", "merge"],
] as const);

const DUPLICATES = new Map([
  ["warn", "warning"],
  ["error", "error"],
  ["ignore", "silent"],
] as const);

const GROUP_NAMES = new Map([
  ["never", "keep"],
  ["ignore", "keep"],
  ["always", "replace"],
  ["silently", "replace"],
] as const);
