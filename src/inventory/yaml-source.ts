import { didYouMean } from "../lib/did-you-mean.ts";
import type { Diagnostic, Outcome } from "../model/diagnostic.ts";
import { isValueMap, type Value, type ValueMap } from "../model/value.ts";
import {
  entriesOf,
  isMapping,
  keyIdentity,
  keyText,
  textEntries,
  textKeyed,
} from "../lib/mapping.ts";
import type { YamlDocument, YamlPath } from "../yaml/read.ts";
import { readAnsibleYaml } from "./ansible-yaml.ts";
import { ReadingStopped, type DraftGroup, type InventoryDraft } from "./draft.ts";
import { hostNames } from "./host-names.ts";
import type { InventorySettings } from "./settings.ts";
import type { InventoryText } from "./source-text.ts";

const KEYS = ["hosts", "children", "vars"] as const;
type Key = (typeof KEYS)[number];

/** An inventory file that is YAML or JSON and has the shape of an inventory; nothing is in a draft yet. */
export interface YamlInventory {
  readonly document: YamlDocument;
  readonly groups: ValueMap;
}

/** Reads the file as far as its outermost shape: a mapping of groups. */
export function openYamlInventory(
  source: InventoryText,
  settings: InventorySettings,
): Outcome<YamlInventory> {
  const read = readAnsibleYaml(source.text, source.file, settings);
  const document = read.value;
  if (document === undefined) return { problems: read.problems };
  const groups = textKeyed(document.value);
  const problems = [...read.problems];
  const say = (word: string, summary: string, hint: string): Outcome<never> => ({
    problems: [
      { code: `inventory/${word}`, severity: "error", summary, hint, at: document.placeOf([]) },
    ],
  });
  if (groups === null) return say("empty", "an empty file", "Name hosts in it, or remove it.");
  if (!isValueMap(groups)) {
    return say(
      "shape",
      "not a mapping of groups",
      "Write `all:`, and below it `hosts:`, `children:` and `vars:`.",
    );
  }
  if (typeof groups["plugin"] === "string") {
    return say(
      "plugin",
      `the configuration of the inventory plugin ${groups["plugin"]}`,
      "Inventory plugins are not run. `ansible-inventory --list --export > hosts.json` makes a file that can be read.",
    );
  }
  return { value: { document, groups }, problems };
}

/** Puts the groups of the file into the draft. */
export function readYamlInventory(
  { document }: YamlInventory,
  source: InventoryText,
  draft: InventoryDraft,
): readonly Diagnostic[] {
  const reader = new YamlReader(document, source, draft);
  try {
    for (const [name, content] of reader.named(document.value, []))
      reader.group(name, content, [name]);
  } catch (thrown) {
    if (!(thrown instanceof ReadingStopped)) throw thrown;
  }
  return reader.problems;
}

/** True when the file names no group at all: an INI file may happen to be YAML too. */
export function isHollow(inventory: YamlInventory): boolean {
  return Object.values(inventory.groups).every((group) => group !== null && !isMapping(group));
}

class YamlReader {
  readonly problems: Diagnostic[] = [];
  private readonly document: YamlDocument;
  private readonly source: InventoryText;
  private readonly draft: InventoryDraft;

  constructor(document: YamlDocument, source: InventoryText, draft: InventoryDraft) {
    this.document = document;
    this.source = source;
    this.draft = draft;
  }

  /** Names of groups and hosts must be text, as Ansible has it: `7:` needs quotes. */
  named(map: Value, path: YamlPath): readonly (readonly [string, Value])[] {
    if (!isMapping(map)) return [];
    return entriesOf(map).flatMap(([name, content]) => {
      if (typeof name === "string") return [[name, content] as const];
      const text = keyText(name);
      this.say("error", "name", [...path, keyIdentity(name)], `the name ${text} is not text`, {
        hint: `Put it in quotes: "${text}":`,
      });
      return [];
    });
  }

  group(name: string, content: Value, path: YamlPath): void {
    if (content !== null && !isMapping(content)) {
      this.say("warning", "not-a-group", path, `${name} is not a mapping, so it is no group`);
      return;
    }
    const group = this.draft.group(name);
    for (const [key, section] of textEntries(content ?? {})) {
      const here = [...path, key];
      if (isKey(key)) this.section(group, key, section, here);
      else this.unknownKey(key, name, here);
    }
  }

  private section(group: DraftGroup, key: Key, section: Value, path: YamlPath): void {
    // `hosts: w1` is short for a mapping with that one key.
    const entries = typeof section === "string" ? { [section]: null } : (section ?? {});
    if (!isMapping(entries)) {
      this.say("error", "shape", path, `${key} of ${group.name} is not a mapping`, {
        hint: key === "vars" ? "Write name: value." : "Write each name as a key of its own: `w1:`.",
      });
      return;
    }
    if (key === "vars") {
      for (const [name, content] of entriesOf(entries)) {
        const at = this.document.placeOf([...path, keyIdentity(name)]);
        this.draft.setGroupVariable(group, keyText(name), content, at);
      }
      return;
    }
    for (const [name, content] of this.named(entries, path)) {
      const here = [...path, name];
      switch (key) {
        case "children":
          // Its own children first, as Ansible does: which of two links closes a circle depends on it.
          this.group(name, content, here);
          this.draft.addChild(group.name, name, this.document.placeOf(here, "key"));
          break;
        case "hosts":
          this.host(group, name, content, here);
          break;
      }
    }
  }

  private host(group: DraftGroup, pattern: string, content: Value, path: YamlPath): void {
    if (content !== null && !isMapping(content)) {
      this.say("error", "shape", path, `the variables of host ${pattern} are not a mapping`);
      return;
    }
    const named = hostNames(pattern);
    if (named.kind === "wrong") {
      const hint = named.hint === undefined ? {} : { hint: named.hint };
      if (!named.empty || !this.draft.isLenient) {
        this.say("error", "host", path, named.summary, hint);
      }
      return;
    }
    const at = this.document.placeOf(path, "key");
    for (const name of named.names) {
      const { port } = named;
      const host = this.draft.addHost(name, group.name, { at, source: this.source.path, port });
      for (const [variable, value] of entriesOf(content ?? {})) {
        const place = this.document.placeOf([...path, keyIdentity(variable)]);
        this.draft.setHostVariable(host, keyText(variable), value, place);
      }
    }
  }

  private unknownKey(key: string, group: string, path: YamlPath): void {
    const near = didYouMean(key, KEYS);
    const hint =
      near === undefined ? "A group has hosts, children and vars." : `Did you mean ${near}?`;
    this.say("warning", "unknown-key", path, `unknown key ${key} in group ${group}: skipped`, {
      hint,
    });
  }

  private say(
    severity: "error" | "warning",
    word: string,
    path: YamlPath,
    summary: string,
    more: { hint?: string } = {},
  ): void {
    const at = this.document.placeOf(path, "key");
    this.draft.note({ code: `inventory/${word}`, severity, summary, ...more, at }, this.problems);
  }
}

function isKey(key: string): key is Key {
  return (KEYS as readonly string[]).includes(key);
}
