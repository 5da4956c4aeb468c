/** What went wrong and what was done until then, as an operator wants to know it before deciding. */
import { printable } from "../lib/printable.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId } from "../model/ids.ts";
import { FLEET, hostId, hostTaskKey } from "../model/ids.ts";
import type { HostTask } from "../model/ids.ts";
import type { HostTaskRecord, Lane, RunState } from "../model/run-state.ts";
import { hostList, withoutName } from "./host-list.ts";
import type { Outline } from "./outline.ts";
import type { Paint } from "./paint.ts";

const MOST_NAMES = 6;

/** What the run has changed on a host before a task, and what of it has no way back. */
export function doneBefore(lane: Lane, of: HostTask, outline: Outline): readonly string[] {
  const who = lane.host === FLEET ? "for the fleet" : `on ${lane.host}`;
  const changed = [...lane.tasks]
    .filter(([key, { standing }]) => standing === "applied" && key !== hostTaskKey(of))
    .map(([, record]) => record)
    .toSorted((a, b) => a.order - b.order);
  if (changed.length === 0) return [`done ${who} before it: nothing was changed`];
  const names = changed.map((record) => nameOf(record, outline));
  const shown = names.slice(-MOST_NAMES).join(", ");
  const earlier = names.length > MOST_NAMES ? `${names.length - MOST_NAMES} others, ` : "";
  const lost = changed.filter(hasNoWayBack).map((record) => nameOf(record, outline));
  return [
    `done ${who} before it: ${names.length} ${names.length === 1 ? "change" : "changes"}: ${earlier}${shown}`,
    ...(lost.length > 0 ? [`of these cannot be taken back by themselves: ${lost.join(", ")}`] : []),
  ];
}

/** An inverse that the playbook gives is a way back; then the step need not know one. */
function hasNoWayBack({ undo, irreversible }: HostTaskRecord): boolean {
  return irreversible !== undefined || undo?.kind === "irreversible";
}

function nameOf({ of }: HostTaskRecord, outline: Outline): string {
  const name = outline.task(of.task)?.name ?? of.task;
  return printable(of.item === undefined ? name : `${name} [${of.item}]`);
}

/** Every host that is not where it should be, hosts with the same trouble in one line. */
export function troubles(state: RunState, outline: Outline, paint: Paint): readonly string[] {
  const groups = new Map<string, HostId[]>();
  const add = (word: string, host: HostId, what: string, problem: Diagnostic | undefined): void => {
    const place = problem?.at ? ` (${problem.at.file}:${problem.at.line})` : "";
    const said = problem === undefined ? "" : `: ${printable(problem.summary)}`;
    const text = `${word}\n${withoutName(`${what}${said}${place}`, host)}`;
    groups.set(text, [...(groups.get(text) ?? []), host]);
  };
  for (const { host, lost, tasks } of state.lanes.values()) {
    if (lost) add("lost", host, "no answer", lost);
    for (const record of tasks.values()) {
      const { standing, back, diagnostic } = record;
      if (standing === "failed") add("failed", host, nameOf(record, outline), diagnostic);
      if (standing === "in-doubt" || standing === "intended")
        if (back === undefined) add("in doubt", host, nameOf(record, outline), diagnostic);
      if (
        back?.standing === "failed" ||
        back?.standing === "drifted" ||
        back?.standing === "in-doubt"
      )
        add("not taken back", host, nameOf(record, outline), back.diagnostic);
    }
  }
  return [...groups].map(([text, hosts]) => {
    const [word = "", what = ""] = text.split("\n");
    const named =
      hosts.length === 1 && hosts[0] !== undefined ? what.replaceAll("‹host›", hosts[0]) : what;
    const who = hosts.map((host) => (host === FLEET ? hostId("the fleet") : host));
    return `${paint.bad(word)} on ${hostList(who)}: ${named}`;
  });
}
