import { sh, type Command } from "../../model/command.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";

/**
 * Prints `PID NAME` of every process that has one of the LMDB's files open: an LMDB is mapped into memory as long as it
 * is. Files that were deleted or replaced under a process count too. Other users' processes are seen by root alone.
 */
export function openBy(path: string): Command {
  const escaped = path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const line = ` ${escaped}(-[0-9]+)?(-lock)?( \\(deleted\\))?$`;
  return sh`for maps in $(grep -lsE -- ${line} /proc/[0-9]*/maps); do
pid=\${maps#/proc/}; pid=\${pid%/maps}; echo "$pid $(cat "/proc/$pid/comm" 2>/dev/null)"; done`;
}

/** Names the processes that have to end first. */
export function stillOpen(path: string, processes: readonly string[]): Diagnostic {
  return {
    code: "step/lmdb-open",
    severity: "error",
    summary: `${path} is open in ${processes.map(named).join(", ")}`,
    hint:
      "Stop PowerDNS and Lightning Stream first, both held: a process that keeps a removed file open goes on with it " +
      "for ever, and looks healthy.",
  };
}

function named(process: string): string {
  const [pid, ...name] = process.split(" ");
  return `${name.join(" ") || "a process"} (pid ${pid ?? "?"})`;
}

export function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}
