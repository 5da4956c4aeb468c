import type { Command } from "../../model/command.ts";
import { sh } from "../../model/command.ts";
import type { DaemonUnit } from "./unit.ts";

/** The last lines that the running process wrote to the journal, and none of an earlier one. */
export function lastLines(unit: DaemonUnit): Command {
  return sh`journalctl ${`_SYSTEMD_INVOCATION_ID=${unit.invocation}`} -o cat --no-pager -n 40`;
}

/** The lines that say that a startup phase is over, one for each LMDB. Earlier releases spelled it "succesfully". */
export function startedLines(unit: DaemonUnit): Command {
  return sh`journalctl ${`_SYSTEMD_INVOCATION_ID=${unit.invocation}`} -o cat --no-pager | grep -F 'startup phase completed succes'`;
}

/** Where there is little to load a startup takes 1 to 2 s. */
const WATCHED_SECONDS = 4;

/**
 * In the first seconds after the start of the unit it ends as soon as the startup of so many LMDBs is over; later at once.
 * The journal is read, because a question at the moment when a startup ends can silence `/healthz` for good: it takes two
 * locks in one order and the end of a startup in the other. The count bounds it where the clock is set back meanwhile.
 */
export function watchStartup(unit: DaemonUnit, lmdbs: number): Command {
  const until = (unit.activeSince ?? 0) + WATCHED_SECONDS;
  return sh`left=${WATCHED_SECONDS * 10}
while [ "$left" -gt 0 ] && [ "$(date +%s)" -lt ${until} ] && [ "$(${startedLines(unit)} | wc -l)" -lt ${lmdbs} ]; do
  left=$((left - 1))
  sleep 0.1
done`;
}

/** Names of the LMDBs in such lines, in either of Lightning Stream's log formats. */
export function startedIn(lines: string): readonly string[] {
  const found = lines.matchAll(
    /startup phase completed success?fully.*?starttracker"?[=:]"?([^\s",}]+)/g,
  );
  return [...new Set([...found].map((match) => match[1] ?? ""))];
}

/** In one sentence what the process is waiting for, from its newest line that says so. */
export function waitsFor(lines: string): string | undefined {
  for (const line of lines.trim().split("\n").toReversed()) {
    const error = /error"?[=:]"?((?:[^"\\]|\\.)+)"?/.exec(line)?.[1];
    if (line.includes("Waiting for initial receiver listing")) {
      return error === undefined
        ? "it has not listed its storage yet"
        : `its storage does not answer: ${error.replace(/^list snapshots: /, "").trim()}`;
    }
    const instances = /Still waiting for snapshots from instances.*? instances="?([^"\n]+)/.exec(
      line,
    );
    if (instances !== null) return `it waits for the snapshots of ${instances[1] ?? "others"}`;
    if (/level"?[=:]"?(?:error|fatal)/.test(line) && error !== undefined) return error;
  }
  // A storage that drops packets is not even complained about: the first listing just does not end.
  const begun = /Initialised syncer|syncers running/.test(lines);
  return begun && !/snapshot/i.test(lines) ? "its storage has not answered yet" : undefined;
}
