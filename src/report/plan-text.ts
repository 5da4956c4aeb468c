/**
 * A plan as people read it: hosts with the same answers are one block, whatever their number, and a host that differs in a
 * few tasks is said by these tasks alone.
 */
import type { HostId } from "../model/ids.ts";
import type { HostPlan, Plan, PlanAnswer, PlanItem, WayBack } from "../model/plan.ts";
import type { Phase } from "../model/playbook.ts";
import { printable } from "../lib/printable.ts";
import { changeText } from "./change-text.ts";
import { hostList, withoutName } from "./host-list.ts";
import type { Paint } from "./paint.ts";

export interface PlanWording {
  /** Show what would change, not only that it would. */
  readonly diff: boolean;
  /** Of the playbook, in its order: what the fleet waits for in each of its phases. */
  readonly phases: readonly Pick<Phase, "name" | "scope">[];
}

export function planText(plan: Plan, paint: Paint, wording: PlanWording): string {
  const blocks: string[] = [];
  const done = plan.hosts.filter((host) => host.atGoal).map((host) => host.host);
  if (done.length > 0) blocks.push(`${paint.good("at its goal")}: ${hostList(done)} — not entered`);
  blocks.push(...hostBlocks(plan, paint, wording));
  blocks.push(...fleetBlocks(plan, paint, wording));
  const warnings = notesOf(plan, paint);
  if (warnings.length > 0) blocks.push(warnings.join("\n"));
  const summary = summaryOf(plan);
  if (summary !== undefined) blocks.push(summary);
  return blocks.join("\n\n");
}

interface Said {
  readonly item: PlanItem;
  /** What this host reads. */
  readonly lines: readonly string[];
  /** The same where the changes do not name the host: equal on hosts that differ by their names alone. */
  readonly alike: string;
}

interface Group {
  readonly hosts: HostId[];
  said: readonly Said[];
}

function hostBlocks(plan: Plan, paint: Paint, wording: PlanWording): readonly string[] {
  const groups = groupsOf(plan, paint, wording);
  const largest = groups.toSorted((a, b) => b.hosts.length - a.hosts.length)[0];
  if (!largest) return [];
  const rest = groups.filter((group) => group !== largest);
  return [largest, ...rest].map((group) => {
    const name = paint.bold(hostList(group.hosts));
    const exceptions = group === largest ? undefined : exceptionsOf(group.said, largest.said);
    if (!exceptions) return [name, ...itemsText(group.said, paint)].join("\n");
    const like = `${name}: as ${hostList(largest.hosts)}, except`;
    return [like, ...itemsText(exceptions, paint)].join("\n");
  });
}

/** Fleet phases that wait for the same host phases are one block. */
function fleetBlocks(plan: Plan, paint: Paint, wording: PlanWording): readonly string[] {
  const blocks = new Map<string, Omit<Said, "alike">[]>();
  for (const item of plan.fleet) {
    const title = `the fleet, ${whenOf(item.phase, wording)}`;
    const said = { item, lines: itemText(item, paint, wording) };
    blocks.set(title, [...(blocks.get(title) ?? []), said]);
  }
  return [...blocks].map(([title, said]) =>
    [paint.bold(title), ...itemsText(said, paint)].join("\n"),
  );
}

function whenOf(phase: string, { phases }: PlanWording): string {
  const at = phases.findIndex(({ name }) => name === phase);
  const isHost = ({ scope }: { readonly scope: Phase["scope"] }): boolean => scope === "host";
  if (!phases.slice(at + 1).some(isHost)) return "when every host is done";
  const before = phases.slice(0, at).findLast(isHost);
  return before ? `when every host is done with: ${before.name}` : "before any host is begun";
}

/** What differs, when that is the shorter thing to say. */
function exceptionsOf(said: readonly Said[], most: readonly Said[]): readonly Said[] | undefined {
  if (said.length !== most.length) return undefined;
  const other = said.filter(({ alike }, at) => alike !== most[at]?.alike);
  return other.length * 2 <= said.length ? other : undefined;
}

/** Hosts whose answers read the same but for their own names in what changes are one group. */
function groupsOf(plan: Plan, paint: Paint, wording: PlanWording): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const { host, atGoal, items } of plan.hosts) {
    if (atGoal) continue;
    const said = items.map((item): Said => {
      const [head = "", ...more] = itemText(item, paint, wording);
      const alike = [head, ...more.map((line) => withoutName(line, host))].join("\n");
      return { item, lines: [head, ...more], alike };
    });
    const key = said.map(({ alike }) => alike).join("\n");
    const known = groups.get(key);
    if (!known) {
      groups.set(key, { hosts: [host], said });
      continue;
    }
    known.hosts.push(host);
    known.said = known.said.map((one, at) =>
      one.lines.join("\n") === said[at]?.lines.join("\n")
        ? one
        : { ...one, lines: one.alike.split("\n") },
    );
  }
  return [...groups.values()];
}

function itemsText(said: readonly Omit<Said, "alike">[], paint: Paint): readonly string[] {
  const lines: string[] = [];
  let phase = "";
  for (const { item, lines: own } of said) {
    if (item.phase !== phase) {
      phase = item.phase;
      lines.push(`  ${paint.dim(phase)}`);
    }
    lines.push(...own);
  }
  return lines;
}

function itemText(item: PlanItem, paint: Paint, wording: PlanWording): readonly string[] {
  const lines = [`    ${answerWord(item.answer, paint)} ${item.name}${suffix(item.answer)}`];
  if (item.irreversible !== undefined)
    lines.push(`                   ${paint.warn("irreversible")}: ${printable(item.irreversible)}`);
  if (wording.diff && item.answer.kind === "would-change") {
    for (const change of item.answer.changes)
      for (const line of changeText(change, paint)) lines.push(`                   ${line}`);
  }
  return lines;
}

function answerWord(answer: PlanAnswer, paint: Paint): string {
  switch (answer.kind) {
    case "satisfied":
      return paint.good("satisfied     ");
    case "holds":
      return paint.good("holds         ");
    case "would-change":
      return paint.changed("would change  ");
    case "will-be-checked":
      return paint.dim("will check    ");
    case "skipped":
      return paint.skipped("skipped       ");
    case "unknown":
      return paint.dim("unknown       ");
    case "blocked":
      return paint.bad("blocked       ");
  }
}

function suffix(answer: PlanAnswer): string {
  switch (answer.kind) {
    case "unknown":
      return ` (${answer.why})`;
    case "skipped":
      return ` (${answer.why})`;
    case "blocked":
      return `: ${printable(answer.diagnostic.summary)}`;
    case "would-change":
      return wayBackSuffix(answer.wayBack);
    case "satisfied":
    case "holds":
    case "will-be-checked":
      return "";
  }
}

function wayBackSuffix(way: WayBack): string {
  return way.kind === "none" ? "  [cannot be taken back]" : "";
}

function notesOf(plan: Plan, paint: Paint): readonly string[] {
  const irreversible = new Map<string, HostId[]>();
  for (const host of plan.hosts) {
    for (const item of host.items) {
      if (
        item.irreversible === undefined ||
        item.answer.kind === "satisfied" ||
        item.answer.kind === "skipped"
      )
        continue;
      const text = `${item.name}: ${printable(item.irreversible)}`;
      irreversible.set(text, [...(irreversible.get(text) ?? []), host.host]);
    }
  }
  return [...irreversible].map(
    ([text, hosts]) => `${paint.warn("point of no return")} on ${hostList(hosts)}: ${text}`,
  );
}

/** The whole in a line, so that a long plan can be judged by its end. */
function summaryOf({ hosts }: Plan): string | undefined {
  const open = hosts.filter(({ atGoal }) => !atGoal);
  const having = (...kinds: readonly PlanAnswer["kind"][]): number =>
    open.filter((host) => count(host, kinds) > 0).length;
  const total = (...kinds: readonly PlanAnswer["kind"][]): number =>
    open.reduce((sum, host) => sum + count(host, kinds), 0);
  const changes = total("would-change");
  const unknown = total("unknown");
  const parts = [
    `${having("would-change", "unknown")} to change (${changes} ${changes === 1 ? "task" : "tasks"} would, ${unknown} known later)`,
    ...(having("blocked") > 0 ? [`${having("blocked")} blocked`] : []),
    `${hosts.length - having("would-change", "unknown", "blocked")} with nothing to do`,
  ];
  return hosts.length > 1 ? `${hosts.length} hosts: ${parts.join(", ")}` : undefined;
}

function count({ items }: HostPlan, kinds: readonly PlanAnswer["kind"][]): number {
  return items.filter(({ answer }) => kinds.includes(answer.kind)).length;
}
