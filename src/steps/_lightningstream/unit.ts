import type { Command } from "../../model/command.ts";
import { sh } from "../../model/command.ts";

/** A unit as systemd sees it, and what its command line says about Lightning Stream. */
export interface DaemonUnit {
  readonly name: string;
  /** "active", "inactive", "failed", "activating" …; "absent" where systemd does not know the unit. */
  readonly activity: string;
  readonly pid: number;
  /** Names one start of the unit in the journal. */
  readonly invocation: string;
  /** Seconds since 1970, of the last start. */
  readonly activeSince: number | undefined;
  readonly command: readonly string[];
  readonly environment: string;
  readonly environmentFiles: readonly string[];
}

const PROPERTIES =
  "Id,LoadState,ActiveState,MainPID,InvocationID,ActiveEnterTimestamp,ExecStart,Environment,EnvironmentFiles";

/** Asks for several units at once; times come in UTC, so that no zone's name has to be understood. */
export function showUnits(units: readonly string[]): Command {
  return sh`TZ=UTC systemctl show -p ${PROPERTIES} -- ${units}`;
}

/** Reads what `systemctl show` printed, one block for each unit, in the order they were asked for. */
export function unitsIn(shown: string, names: readonly string[]): readonly DaemonUnit[] {
  const blocks = shown.trimEnd().split("\n\n");
  return names.map((name, index) => unitIn(name, blocks[index] ?? ""));
}

function unitIn(name: string, block: string): DaemonUnit {
  const lines = block.split("\n").map((line) => {
    const at = line.indexOf("=");
    return { key: line.slice(0, at), value: line.slice(at + 1) };
  });
  const value = (key: string) => lines.find((line) => line.key === key)?.value ?? "";
  const loaded = value("LoadState");
  const known = loaded !== "not-found" && loaded !== "";
  const argv = /argv\[\]=(.*?) ; /.exec(value("ExecStart"))?.[1] ?? "";
  return {
    name,
    activity: known ? value("ActiveState") : "absent",
    pid: Number(value("MainPID")) || 0,
    invocation: value("InvocationID"),
    activeSince: instant(value("ActiveEnterTimestamp")),
    command: argv === "" ? [] : argv.split(" "),
    environment: value("Environment"),
    environmentFiles: lines
      .filter((line) => line.key === "EnvironmentFiles")
      .map((line) => line.value.replace(/ \(ignore_errors=\w+\)$/, "")),
  };
}

/** `Sun 2026-11-22 17:08:01 UTC` in seconds since 1970. */
function instant(shown: string): number | undefined {
  const found = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/.exec(shown);
  if (found === null) return undefined;
  return Date.parse(`${String(found[1])}T${String(found[2])}Z`) / 1000;
}

/** The value of an option in a command line: `-c FILE`, `--config FILE`, `--config=FILE`. */
export function optionIn(command: readonly string[], names: readonly string[]): string | undefined {
  for (const [index, word] of command.entries()) {
    if (names.includes(word)) return command[index + 1];
    const [name, ...rest] = word.split("=");
    if (rest.length > 0 && names.includes(name ?? "")) return rest.join("=");
  }
  return undefined;
}
