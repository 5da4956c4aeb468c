/**
 * Which lanes entries have touched since somebody asked: `decide` looks only at those. No memory of the run: whoever has
 * not asked yet looks at all lanes.
 */
import type { HostId } from "../model/ids.ts";
import type { OpenEntry } from "../model/journal-entry.ts";
import type { RunState } from "../model/run-state.ts";

const followed = new WeakMap<RunState, Set<HostId>>();

/** From now on the lanes that change are gathered here; whoever reads them empties it. At first, all of them. */
export function followLanes(state: RunState): Set<HostId> {
  const changed = new Set(state.lanes.keys());
  followed.set(state, changed);
  return changed;
}

/** Told by the fold of every entry. */
export function noteChanges(state: RunState, entry: OpenEntry): void {
  const changed = followed.get(state);
  if (changed === undefined) return;
  if ("of" in entry) {
    changed.add(entry.of.host);
    return;
  }
  switch (entry.type) {
    case "goal-seen":
    case "lane-begun":
    case "looped":
    case "host-lost":
    case "host-back":
    case "rollback-way":
    case "host-rolled-back":
      changed.add(entry.host);
      return;
    case "rollback-begun":
    case "run-resumed":
    // Hosts may be dropped by it.
    case "decision":
      for (const host of state.lanes.keys()) changed.add(host);
      return;
    case "run-started":
    case "planned":
    case "health-seen":
    case "locked":
    case "window-set":
    case "dns-watch-begun":
    case "dns-silences":
    case "dns-watched":
    case "run-stopped":
    case "run-finished":
      return;
  }
}
