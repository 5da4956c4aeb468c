/** Everything that forbids going on, said at once, and the exit code that it leads to. */
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Refusal } from "../model/plan.ts";
import { stableJson } from "../lib/stable-json.ts";
import type { Json } from "../model/json.ts";
import { EXIT } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

/** Hosts with the same finding are one problem. */
export function sayRefusals(refusals: readonly Refusal[], terminal: Terminal): void {
  const groups = new Map<string, { first: Refusal; hosts: string[] }>();
  for (const refusal of refusals) {
    const { hint, at, detail } = refusal.diagnostic;
    const summary = ofHost(refusal);
    const key = stableJson({
      summary,
      hint: hint ?? null,
      at: (at ?? null) as Json,
      detail: detail ?? null,
      task: refusal.task ?? null,
    });
    const group = groups.get(key);
    if (group) group.hosts.push(refusal.host);
    else groups.set(key, { first: refusal, hosts: [refusal.host] });
  }
  terminal.problems([...groups.values()].map(({ first, hosts }) => onHosts(first, hosts)));
}

/** What is found by connecting names its host already. */
function ofHost({ host, diagnostic: { summary } }: Refusal): string {
  return summary.startsWith(`${host}: `) ? summary.slice(host.length + 2) : summary;
}

function onHosts(refusal: Refusal, hosts: readonly string[]): Diagnostic {
  const { diagnostic, name } = refusal;
  const who =
    hosts.length > 6
      ? `${hosts.length} hosts (${hosts.slice(0, 5).join(", ")}, …)`
      : hosts.join(", ");
  const what = name === undefined ? "" : `${name}: `;
  return { ...diagnostic, summary: `${who}: ${what}${ofHost(refusal)}` };
}

/** 14 before 4: what is refused will not get better by trying again. */
export function refusalCode(refusals: readonly Refusal[]): number {
  return refusals.every((refusal) => refusal.cause === "unreachable")
    ? EXIT.unreachable
    : EXIT.refused;
}
