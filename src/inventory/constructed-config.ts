import { extname } from "node:path";
import { didYouMean } from "../lib/did-you-mean.ts";
import { isMapping, keyIdentity, keyText, textEntries, entriesOf } from "../lib/mapping.ts";
import type { Diagnostic, Outcome, Place } from "../model/diagnostic.ts";
import { UnsafeText, VaultText, WholeFloat, type Value } from "../model/value.ts";
import type { YamlDocument, YamlPath } from "../yaml/read.ts";
import { readAnsibleYaml } from "./ansible-yaml.ts";
import type { InventorySettings } from "./settings.ts";
import type { InventoryText } from "./source-text.ts";

/** A value of the file, and where it stands. */
export interface Written {
  readonly value: Value;
  readonly at: Place;
}

/** One entry of `keyed_groups`, nothing of it evaluated. */
export interface KeyedGroup {
  readonly at: Place;
  readonly key: Value;
  readonly prefix: Value;
  readonly separator: Value;
  readonly parent: Value;
  readonly otherwise: Value;
  readonly trailing: Value;
}

/** The file of the inventory plugin `constructed`. */
export interface ConstructedConfig {
  readonly at: Place;
  readonly compose: ReadonlyMap<string, Written>;
  readonly groups: ReadonlyMap<string, Written>;
  readonly keyedGroups: readonly KeyedGroup[];
  readonly strict: boolean;
  readonly leadingSeparator: boolean;
  readonly useVarsPlugins: boolean;
  readonly useExtraVars: boolean;
}

const NAMES: ReadonlySet<string> = new Set([
  ...["constructed", "ansible.builtin.constructed", "ansible.legacy.constructed"],
]);
const KEYS = [
  ...["plugin", "compose", "groups", "keyed_groups", "strict", "leading_separator"],
  ...["use_vars_plugins", "use_extra_vars"],
];

/** The file as the plugin reads it; nothing when it is something else. */
export function openConstructed(
  source: InventoryText,
  settings: InventorySettings,
): Outcome<ConstructedConfig> | undefined {
  const extension = extname(source.file);
  const isYaml = extension === ".yml" || extension === ".yaml";
  const { formats } = settings;
  const isEnabled =
    (isYaml && formats.has("auto")) ||
    (formats.has("constructed") && (isYaml || ["", ".config"].includes(extension)));
  // What does not even hold the word need not be read as YAML twice.
  if (!isEnabled || !/plugin.*constructed/.test(source.text)) return undefined;
  const read = readAnsibleYaml(source.text, source.file, settings);
  const document = read.value;
  if (document === undefined || !isMapping(document.value)) return undefined;
  const given = new Map(textEntries(document.value));
  const plugin = given.get("plugin");
  if (typeof plugin !== "string" || !NAMES.has(plugin)) return undefined;
  const reader = new ConfigReader(document, given);
  const value: ConstructedConfig = {
    at: document.placeOf(["plugin"]),
    compose: reader.mapping("compose"),
    groups: reader.mapping("groups"),
    keyedGroups: reader.keyedGroups(),
    strict: reader.flag("strict", false),
    leadingSeparator: reader.flag("leading_separator", true),
    useVarsPlugins: reader.flag("use_vars_plugins", false),
    useExtraVars: reader.flag("use_extra_vars", settings.useExtraVars),
  };
  const wrong = reader.problems.some(({ severity }) => severity === "error");
  const problems = [...read.problems, ...reader.problems];
  return wrong ? { problems } : { value, problems };
}

class ConfigReader {
  readonly problems: Diagnostic[] = [];
  private readonly document: YamlDocument;
  private readonly given: ReadonlyMap<string, Value>;

  constructor(document: YamlDocument, given: ReadonlyMap<string, Value>) {
    this.document = document;
    this.given = given;
    for (const key of given.keys()) {
      if (KEYS.includes(key)) continue;
      const near = didYouMean(key, KEYS);
      const hint =
        near === undefined ? `It has ${KEYS.slice(1).join(", ")}.` : `Did you mean ${near}?`;
      this.say("warning", [key], `unknown key ${key} of the plugin constructed: skipped`, hint);
    }
  }

  mapping(name: string): ReadonlyMap<string, Written> {
    const value = this.given.get(name) ?? null;
    if (value === null) return new Map();
    if (!isMapping(value)) {
      this.say("error", [name], `${name} is not a mapping`, "Write name: expression.");
      return new Map();
    }
    return new Map(
      entriesOf(value).map(([key, item]) => {
        const at = this.document.placeOf([name, keyIdentity(key)]);
        return [keyText(key), { value: item, at }] as const;
      }),
    );
  }

  keyedGroups(): readonly KeyedGroup[] {
    const value = this.given.get("keyed_groups") ?? null;
    if (value === null) return [];
    if (!Array.isArray(value)) {
      this.say("error", ["keyed_groups"], "keyed_groups is not a list", "Write - key: expression.");
      return [];
    }
    return (value as readonly Value[]).flatMap((item, index) => {
      const entry = isMapping(item) ? new Map(textEntries(item)) : undefined;
      const path = ["keyed_groups", index];
      if (entry === undefined || entry.size === 0) {
        this.say("error", path, "an entry of keyed_groups is not a mapping", "Give it a key:.");
        return [];
      }
      if ([...entry.values()].some((one) => one instanceof VaultText)) {
        this.say("error", path, "the name of a group cannot be encrypted", "Write it plainly.");
        return [];
      }
      const otherwise = entry.get("default_value") ?? null;
      const trailing = entry.get("trailing_separator") ?? null;
      if (otherwise !== null && trailing !== null) {
        const both = "default_value and trailing_separator cannot stand together";
        this.say("error", path, both, "Remove one of them.");
      }
      const or = (key: string, usual: Value): Value => {
        const found = entry.get(key);
        return found === undefined ? usual : found;
      };
      return {
        at: this.document.placeOf(path),
        key: or("key", null),
        prefix: or("prefix", ""),
        separator: or("separator", "_"),
        parent: or("parent_group", null),
        otherwise,
        trailing,
      };
    });
  }

  flag(name: string, usual: boolean): boolean {
    const value = this.given.get(name) ?? null;
    if (value === null) return usual;
    const known = truth(value);
    if (known === undefined) {
      this.say("error", [name], `${name} is neither true nor false`, "Write true or false.");
    }
    return known ?? usual;
  }

  private say(severity: "error" | "warning", path: YamlPath, summary: string, hint: string): void {
    const at = this.document.placeOf(path, "key");
    this.problems.push({ code: "inventory/constructed", severity, summary, hint, at });
  }
}

/** As options of Ansible's plugins are read. */
function truth(value: Value): boolean | undefined {
  if (typeof value === "boolean") return value;
  const plain = value instanceof WholeFloat ? value.number : value;
  const text = plain instanceof UnsafeText ? plain.text : plain;
  if (text === 1 || text === 0) return text === 1;
  if (typeof text !== "string") return undefined;
  const word = text.trim().toLowerCase();
  if (["y", "yes", "on", "1", "true", "t", "1.0"].includes(word)) return true;
  return ["n", "no", "off", "0", "false", "f", "0.0"].includes(word) ? false : undefined;
}
