/** Many hosts in few words. */
import type { HostId } from "../model/ids.ts";

const MOST = 6;

/** Up to six by name; more as their runs of numbers, where they have such names, and with how many they are. */
export function hostList(hosts: readonly HostId[]): string {
  if (hosts.length <= MOST) return hosts.join(", ");
  const runs = runsOf(hosts);
  const shown =
    runs.length <= MOST ? runs.join(", ") : `${runs.slice(0, MOST - 1).join(", ")} and others`;
  return `${shown} (${hosts.length} hosts)`;
}

interface NumberedRun {
  readonly before: string;
  readonly after: string;
  readonly width: number;
  readonly first: string;
  last: string;
  number: number;
}

/** "ns1 to ns120": names that follow each other and count upwards by one. */
function runsOf(hosts: readonly HostId[]): readonly string[] {
  const runs: (NumberedRun | string)[] = [];
  for (const host of hosts) {
    const match = /^(.*?)(\d+)(\D*|\..*)$/.exec(host);
    if (!match) {
      runs.push(host);
      continue;
    }
    const [, before = "", digits = "", after = ""] = match;
    const open = runs.at(-1);
    const width = digits.startsWith("0") ? digits.length : 0;
    const number = Number(digits);
    const goesOn =
      typeof open === "object" &&
      open.before === before &&
      open.after === after &&
      number === open.number + 1 &&
      (open.width === 0 ? width === 0 : digits.length === open.width);
    if (goesOn) {
      open.last = host;
      open.number = number;
    } else runs.push({ before, after, width, first: host, last: host, number });
  }
  return runs.map((run) => {
    if (typeof run === "string") return run;
    return run.first === run.last ? run.first : `${run.first} to ${run.last}`;
  });
}

/** A line that speaks of its own host, as it reads on every host. */
export function withoutName(line: string, host: HostId): string {
  const name = host.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  return line.replaceAll(new RegExp(`(?<![A-Za-z0-9_-])${name}(?![A-Za-z0-9_-])`, "g"), "‹host›");
}
