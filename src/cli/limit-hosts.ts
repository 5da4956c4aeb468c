import type { HostId } from "../model/ids.ts";
import { hostId } from "../model/ids.ts";
import { EXIT } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

/** The hosts of a run that `--limit` names; a number is the exit code of what was said. */
export function limitedHosts(
  limit: string,
  hosts: readonly HostId[],
  terminal: Terminal,
): readonly HostId[] | number {
  const names = new Set(limit.split(/[,:]/).map((name) => hostId(name.trim())));
  const unknown = [...names].filter((name) => !hosts.includes(name));
  if (unknown.length === 0) return hosts.filter((host) => names.has(host));
  terminal.err(`The run has no host ${unknown.join(", ")}; it has ${hosts.join(", ")}.\n`);
  return EXIT.noHosts;
}
