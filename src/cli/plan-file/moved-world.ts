/** What hosts looked like when a plan was made, and what they look like now: task by task, before and now. */
import { stableJson } from "../../lib/stable-json.ts";
import { encodeValue } from "../../lib/value-codec.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Plan, PlanAnswer, PlanItem } from "../../model/plan.ts";
import type { Change } from "../../model/step.ts";
import { movedBecause } from "./moved-because.ts";

export function movedWorld(was: Plan, now: Plan): readonly Diagnostic[] {
  const found: string[] = [];
  const young = new Map(now.hosts.map((host) => [host.host, host]));
  for (const before of was.hosts) {
    const today = young.get(before.host);
    if (!today) found.push(`${before.host}: it was looked at, and is not now`);
    else if (before.atGoal !== today.atGoal)
      found.push(
        `${before.host}: it ${before.atGoal ? "was at its goal, and is not now" : "was not at its goal, and is now"}`,
      );
    else found.push(...itemsMoved(before.host, before.items, today.items));
  }
  for (const { host } of now.hosts)
    if (was.hosts.every((one) => one.host !== host))
      found.push(`${host}: it did not answer then, and does now`);
  found.push(...itemsMoved("the fleet", was.fleet, now.fleet));
  // Versions are said with the task that wants them; what is left is a bug, and must not pass.
  if (found.length === 0 && !alike(was.pins, now.pins))
    found.push(`exact versions: ${text(was.pins)} → ${text(now.pins)}`);
  return found.map(movedBecause);
}

function itemsMoved(
  where: string,
  was: readonly PlanItem[],
  now: readonly PlanItem[],
): readonly string[] {
  return was.flatMap((before, index) => {
    const today = now[index];
    if (today && alike(before, today)) return [];
    const words = today ? answerWords(today.answer, before.answer) : "not there";
    return [`${where}: ${before.name}: ${answerWords(before.answer, today?.answer)} → ${words}`];
  });
}

function alike(a: unknown, b: unknown): boolean {
  return text(a) === text(b);
}

function text(value: unknown): string {
  return stableJson(encodeValue(value));
}

/** `other`: what it is compared with; where both would change, only what differs is said. */
function answerWords(answer: PlanAnswer, other: PlanAnswer | undefined): string {
  switch (answer.kind) {
    case "satisfied":
      return "satisfied";
    case "would-change": {
      const against = other?.kind === "would-change" ? other.changes : [];
      const different = answer.changes.filter(
        (change) => !against.some((one) => alike(one, change)),
      );
      const said = (different.length > 0 ? different : answer.changes)
        .slice(0, MOST)
        .map(changeWords);
      return said.length > 0 ? `would change ${said.join(", ")}` : "would change something else";
    }
    case "skipped":
      return `skipped (${answer.why})`;
    case "holds":
      return "holds";
    case "will-be-checked":
      return "will be checked";
    case "unknown":
      return `unknown (${answer.why})`;
    case "blocked":
      return `blocked: ${answer.diagnostic.summary}`;
  }
}

const MOST = 3;
const LONGEST = 80;

function changeWords({ what, before, after }: Change): string {
  return `${what} (${short(before)} → ${short(after)})`;
}

function short(value: unknown): string {
  if (value === null) return "absent";
  const words = JSON.stringify(value);
  return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
}
