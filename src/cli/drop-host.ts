/** `rollback --drop-host`: hosts that are gone for good, and that nobody will take back. */
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId } from "../model/ids.ts";
import { hostId } from "../model/ids.ts";
import type { OpenRun } from "./open-run.ts";

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
