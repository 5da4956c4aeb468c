/** Hosts that were removed from the inventory since the run began: gone for good (`--drop-host`), or a slip. */
import { DROP_HOST } from "../engine/fold.ts";
import type { Running } from "../engine/running.ts";
import { LOCALHOST } from "../inventory/finish.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId } from "../model/ids.ts";
import { hostId } from "../model/ids.ts";
import type { OpenRun } from "./open-run.ts";
import type { Terminal } from "./terminal.ts";

/** Whatever is still in the inventory is still somebody's: it is taken back, or stays behind and is named. */
export function droppedHosts(
  { state, hostsToday }: Pick<OpenRun, "state" | "hostsToday">,
  given: readonly string[],
): { readonly hosts: readonly HostId[]; readonly problems: readonly Diagnostic[] } {
  const hosts = given.map((name) => hostId(name));
  const problems = hosts.flatMap((host): readonly Diagnostic[] => {
    if (!state.spec.hosts.includes(host))
      return [refusal(host, "the run has no such host", `It has ${state.spec.hosts.join(", ")}.`)];
    if (hostsToday?.includes(host) === true) {
      const hint =
        "Remove it there first; a host that only does not answer stays behind by itself.";
      return [refusal(host, "it is still in the inventory", hint)];
    }
    return [];
  });
  return { hosts, problems };
}

function refusal(host: HostId, why: string, hint: string): Diagnostic {
  return {
    code: "cli/drop-host",
    severity: "error",
    summary: `--drop-host ${host}: ${why}`,
    hint,
  };
}

/**
 * Of hosts on which something is still to be done, those that the inventory has no more: whether they are gone for good is
 * for a person to say. Where the inventory cannot be read nobody knows, and the journal's hosts count.
 */
export function removedHosts(
  { run, hostsToday }: Pick<OpenRun, "run" | "hostsToday">,
  todo: readonly HostId[],
  command: "resume" | "rollback",
): readonly Diagnostic[] {
  // This machine need not be in any inventory.
  const removed =
    hostsToday === undefined
      ? []
      : todo.filter((host) => !hostsToday.includes(host) && !LOCALHOST.includes(host));
  if (removed.length === 0) return [];
  const [it, was, is] = removed.length === 1 ? ["it", "was", "is"] : ["them", "were", "are"];
  const drop = removed.map((host) => `--drop-host ${host}`).join(" ");
  const what = command === "resume" ? "done" : "taken back";
  return [
    {
      code: "run/hosts-removed",
      severity: "error",
      summary: `${removed.join(", ")} ${was} removed from the inventory since the run began, and ${is} still to be ${what}`,
      hint: `Put ${it} back into the inventory (-i names another one); or, where ${it === "it" ? "it is" : "they are"} gone for good: runbook ${command} ${run} ${drop}. Nothing was done.`,
    },
  ];
}

/** Written down with who says so. */
export async function dropHosts(
  running: Running,
  hosts: readonly HostId[],
  terminal: Terminal,
): Promise<void> {
  const { who } = running;
  for (const host of hosts) {
    await running.append({ type: "decision", who, question: DROP_HOST, answer: host });
    terminal.err(
      `${host} is left out for good. Should it come back, it is as the run left it, and locked: runbook unlock ${running.state.spec.run}\n`,
    );
  }
}
