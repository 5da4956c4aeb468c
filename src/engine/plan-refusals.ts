/** What the answers of a plan forbid, over all hosts; and what they resolved. */
import { stableJson } from "../lib/stable-json.ts";
import type { HostId, HostTask } from "../model/ids.ts";
import { hostTaskKey } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import type { HostPlan, Refusal } from "../model/plan.ts";
import { problem } from "./running.ts";

/** Tasks that are blocked, and versions in which hosts disagree. */
export function planRefusals(plans: readonly HostPlan[]): readonly Refusal[] {
  return [...refusalsOf(plans), ...disagreements(plans)];
}

/** Host-task keys, each with what its task resolved. */
export function pinsOf(plan: HostPlan): readonly (readonly [string, Json])[] {
  return plan.items.flatMap(({ task, answer }) => {
    const of: HostTask = { task, host: plan.host, on: plan.host };
    return answer.kind === "would-change" && answer.pins !== undefined
      ? [[hostTaskKey(of), answer.pins] as const]
      : [];
  });
}

function refusalsOf(plans: readonly HostPlan[]): readonly Refusal[] {
  return plans.flatMap(({ host, items }) =>
    items.flatMap(({ task, name, answer }): Refusal[] =>
      answer.kind === "blocked"
        ? [{ host, cause: "blocked", task, name, diagnostic: answer.diagnostic }]
        : [],
    ),
  );
}

/** Versions such as 5.1.* are resolved on every host, and must come out the same. */
function disagreements(plans: readonly HostPlan[]): readonly Refusal[] {
  const seen = new Map<string, { readonly host: HostId; readonly pins: string }>();
  const refusals: Refusal[] = [];
  for (const plan of plans) {
    for (const { task, name, answer } of plan.items) {
      if (answer.kind !== "would-change" || answer.pins === undefined) continue;
      const pins = stableJson(answer.pins);
      const first = seen.get(task);
      if (!first) {
        seen.set(task, { host: plan.host, pins });
        continue;
      }
      if (first.pins === pins) continue;
      const diagnostic = {
        ...problem(
          "engine/versions-differ",
          `${plan.host} resolves other versions than ${first.host}`,
          "Give every host the same package sources, or name an exact version.",
        ),
        detail: [`${first.host}: ${first.pins}`, `${plan.host}: ${pins}`],
      };
      refusals.push({ host: plan.host, cause: "blocked", task, name, diagnostic });
    }
  }
  return refusals;
}
