import type { HostId } from "../model/ids.ts";
import type { Variable } from "../model/inventory.ts";
import type { Scope, ValueMap } from "../model/value.ts";
import type { DraftHost, InventoryDraft } from "./draft.ts";
import { compareText, depthsOf, winners } from "./finish.ts";
import { fileMagic, hostMagic } from "./magic.ts";
import type { InventorySettings } from "./settings.ts";

/** What one folder of `group_vars` and `host_vars` says, lowest precedence first. */
export interface FoundBeside {
  readonly groups: ReadonlyMap<string, readonly Variable[]>;
  readonly hosts: ReadonlyMap<string, readonly Variable[]>;
}

/** The variables of hosts while sources are still being read: no group below `all` that no source put there. */
export class DraftVariables {
  private readonly draft: InventoryDraft;
  private readonly found: readonly FoundBeside[];
  private readonly settings: InventorySettings;
  /** Groups that name a host themselves. While a host is looked at, only it joins further ones. */
  private readonly named = new Map<HostId, string[]>();
  private readonly ofGroups = new Map<string, readonly Variable[]>();
  private readonly ancestors = new Map<string, readonly string[]>();
  private depths: ReadonlyMap<string, number>;

  constructor(draft: InventoryDraft, found: readonly FoundBeside[], settings: InventorySettings) {
    this.draft = draft;
    this.found = found;
    this.settings = settings;
    this.depths = depthsOf(draft);
    for (const group of draft.groups.values()) {
      for (const host of group.hosts) {
        const known = this.named.get(host);
        if (known === undefined) this.named.set(host, [group.name]);
        else known.push(group.name);
      }
    }
  }

  /** A group has another parent. */
  forgetGroups(): void {
    this.ofGroups.clear();
    this.ancestors.clear();
    this.depths = depthsOf(this.draft);
  }

  of(host: DraftHost): Scope {
    const groups = this.groupsOf(host.name);
    const magic = hostMagic(
      host.name,
      groups.filter((name) => name !== "all").toSorted(compareText),
    );
    const { hashBehaviour } = this.settings;
    const beside = this.found.flatMap((one) => one.hosts.get(host.name) ?? []);
    const below = this.variablesOf(groups);
    const own = [...host.variables, ...beside];
    const values = winners([...below, ...own], hashBehaviour);
    const spoken = new Set(beside.map(({ name }) => name));
    const given = Object.entries({ ...magic, ...sourceOf(host) });
    // Files beside the inventory come last of all, so they win over what every host has.
    const kept = Object.fromEntries(given.filter(([name]) => !spoken.has(name)));
    return [
      { trusted: true, values },
      { trusted: false, values: kept },
    ];
  }

  /** In the order in which the host joined them as far as it is known: parents before children. */
  private groupsOf(host: HostId): readonly string[] {
    return [...new Set((this.named.get(host) ?? []).flatMap((name) => this.withParents(name)))];
  }

  private withParents(name: string): readonly string[] {
    const known = this.ancestors.get(name);
    if (known !== undefined) return known;
    const parents = [...(this.draft.groups.get(name)?.parents ?? [])];
    const made = [...new Set([...parents.flatMap((one) => this.withParents(one)), name])];
    this.ancestors.set(name, made);
    return made;
  }

  private variablesOf(groups: readonly string[]): readonly Variable[] {
    const key = groups.join("\0");
    const known = this.ofGroups.get(key);
    if (known !== undefined) return known;
    const inline = groups
      .toSorted((a, b) => this.compare(a, b))
      .flatMap((name) => [...(this.draft.groups.get(name)?.variables.values() ?? [])]);
    const beside = this.found.flatMap((one) =>
      groups.flatMap((name) => one.groups.get(name) ?? []),
    );
    const made = [...inline, ...beside];
    this.ofGroups.set(key, made);
    return made;
  }

  private compare(a: string, b: string): number {
    const depth = (name: string) => this.depths.get(name) ?? 0;
    const priority = (name: string) => this.draft.groups.get(name)?.priority ?? 1;
    return depth(a) - depth(b) || priority(a) - priority(b) || compareText(a, b);
  }
}

function sourceOf({ source }: DraftHost): ValueMap {
  return source === undefined ? {} : fileMagic(source);
}
