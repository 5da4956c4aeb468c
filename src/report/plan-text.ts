/** A plan as people read it: hosts with the same answers are one block, whatever their number. */
import type { HostId } from "../model/ids.ts";
import type { Plan, PlanAnswer, PlanItem, WayBack } from "../model/plan.ts";
import { changeText } from "./change-text.ts";
import type { Paint } from "./paint.ts";

export interface PlanWording {
  /** Show what would change, not only that it would. */
  readonly diff: boolean;
}

export function planText(plan: Plan, paint: Paint, wording: PlanWording): string {
  const blocks: string[] = [];
  const done = plan.hosts.filter((host) => host.atGoal).map((host) => host.host);
  if (done.length > 0) blocks.push(`${paint.good("at its goal")}: ${hostList(done)} — not entered`);
  // What reads the same is one block, although paths in the changes beneath may differ from host to host.
  const groups = new Map<string, HostId[]>();
  for (const { host, atGoal, items } of plan.hosts) {
    if (atGoal) continue;
    const text = itemsText(items, paint, wording).join("\n");
    groups.set(text, [...(groups.get(text) ?? []), host]);
  }
  for (const [text, hosts] of groups) blocks.push(`${paint.bold(hostList(hosts))}\n${text}`);
  if (plan.fleet.length > 0) {
    blocks.push(
      [
        paint.bold("the fleet, when every host is done"),
        ...itemsText(plan.fleet, paint, wording),
      ].join("\n"),
    );
  }
  const warnings = notesOf(plan, paint);
  if (warnings.length > 0) blocks.push(warnings.join("\n"));
  return blocks.join("\n\n");
}

export function hostList(hosts: readonly HostId[]): string {
  if (hosts.length <= 6) return hosts.join(", ");
  return `${hosts.slice(0, 5).join(", ")} and ${hosts.length - 5} more (${hosts.length} hosts)`;
}

function itemsText(
  items: readonly PlanItem[],
  paint: Paint,
  wording: PlanWording,
): readonly string[] {
  const lines: string[] = [];
  let phase = "";
  for (const item of items) {
    if (item.phase !== phase) {
      phase = item.phase;
      lines.push(`  ${paint.dim(phase)}`);
    }
    lines.push(
      `    ${answerWord(item.answer, paint).padEnd(paint === undefined ? 0 : 14)} ${item.name}${suffix(item.answer)}`,
    );
    if (item.irreversible !== undefined) {
      lines.push(`                   ${paint.warn("irreversible")}: ${item.irreversible}`);
    }
    if (wording.diff && item.answer.kind === "would-change") {
      for (const change of item.answer.changes) {
        for (const line of changeText(change, paint)) lines.push(`                   ${line}`);
      }
    }
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
      return `: ${answer.diagnostic.summary}`;
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
      const text = `${item.name}: ${item.irreversible}`;
      irreversible.set(text, [...(irreversible.get(text) ?? []), host.host]);
    }
  }
  return [...irreversible].map(
    ([text, hosts]) => `${paint.warn("point of no return")} on ${hostList(hosts)}: ${text}`,
  );
}
