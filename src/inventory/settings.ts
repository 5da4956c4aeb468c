/** The places in which variables of groups are looked for; their order is Ansible's `precedence` setting. */
export const PLACES = [
  "all_inventory",
  "groups_inventory",
  "all_plugins_inventory",
  "all_plugins_play",
  "groups_plugins_inventory",
  "groups_plugins_play",
] as const;

/** `plugins_by_groups` is group by group what else is place by place. */
export type GroupVarsPlace = (typeof PLACES)[number] | "plugins_by_groups";

/** What `ansible.cfg` and the environment say about reading inventories. */
export interface InventorySettings {
  /** `merge`: mappings of one name are joined instead of replaced. */
  readonly hashBehaviour: "replace" | "merge";
  readonly precedence: readonly GroupVarsPlace[];
  readonly duplicateKeys: "warning" | "error" | "silent";
  /** In a folder of sources, names with these endings are no sources. */
  readonly ignoredExtensions: readonly string[];
  readonly ignoredPatterns: readonly RegExp[];
  /** The formats that are tried, under the names of Ansible's plugins. */
  readonly formats: ReadonlySet<string>;
  readonly groupNames: "keep" | "replace";
  /** Ansible's leniency: what cannot be read is a warning, and what was read of it before stays. */
  readonly lenient: boolean;
  /** Whether expressions of a `constructed` file see `-e`, where the file says nothing. */
  readonly useExtraVars: boolean;
}

export const USUAL_SETTINGS: InventorySettings = {
  hashBehaviour: "replace",
  precedence: PLACES,
  duplicateKeys: "warning",
  ignoredExtensions: [
    ...[".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst"],
    ...[".orig", ".cfg", ".retry"],
  ],
  ignoredPatterns: [],
  formats: new Set(["host_list", "script", "auto", "yaml", "ini", "toml"]),
  groupNames: "keep",
  lenient: false,
  useExtraVars: false,
};
