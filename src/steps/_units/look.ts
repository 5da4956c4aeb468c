import { rawShell, sh, type Command } from "../../model/command.ts";
import { holdPath, holdRun } from "./hold.ts";

/** What systemd says of one unit, and what is seen beside it. */
export interface UnitSeen {
  readonly unit: string;
  /** The unit's own name where `unit` is an alias. */
  readonly id: string;
  readonly load: string;
  readonly active: string;
  readonly sub: string;
  /** `enabled`, `disabled`, `static`, `masked`, …; empty for a unit without a file. */
  readonly fileState: string;
  readonly type: string;
  readonly outcome: string;
  readonly mainPid: number;
  readonly restarts: number;
  readonly needsReload: boolean;
  readonly canReload: boolean;
  readonly refusesStart: boolean;
  readonly dropIns: readonly string[];
  readonly hold: Hold;
  /** Assertions and conditions that others put into drop-ins and that do not hold now, each with its file. */
  readonly unmet: readonly string[];
  readonly processes: readonly number[];
}

export type Hold =
  | { readonly kind: "none" }
  /** `effective`: systemd has read it, and nothing sorts after it. */
  | { readonly kind: "ours"; readonly run: string; readonly effective: boolean }
  /** A file of our name that we did not write. */
  | { readonly kind: "foreign" };

export type UnitsLook =
  | { readonly kind: "units"; readonly root: boolean; readonly units: readonly UnitSeen[] }
  | { readonly kind: "no-systemd"; readonly init: string };

const PROPERTIES =
  "Id,LoadState,ActiveState,SubState,UnitFileState,Type,Result,MainPID,NRestarts,NeedDaemonReload," +
  "CanReload,RefuseManualStart,DropInPaths,ControlGroup,Slice";

/** Shell functions of the look, for scripts that look more than once. */
export const LOOK_FUNCTIONS: Command =
  rawShell(`rb_field() { printf '%s\\n' "$shown" | sed -n "s/^$1=//p"; }
rb_look() {
  for unit do
    printf 'unit:%s\\n' "$unit"
    shown=$(systemctl show -p ${PROPERTIES} -- "$unit")
    printf '%s\\n' "$shown"
    hold=/etc/systemd/system/$(rb_field Id).d/zz-runbook-hold.conf
    [ ! -e "$hold" ] || sed 's/^/hold:/' -- "$hold"
    for file in $(rb_field DropInPaths); do
      case $file in "$hold") continue ;; /etc/* | /run/*) ;; *) continue ;; esac
      sed -n 's/^[[:space:]]*\\(\\(Assert\\|Condition\\)PathExists\\)=\\(.*\\)$/\\1 \\3/p' -- "$file" |
        while read -r word path; do
          case $path in
            '' | '|'*) true ;;
            '!'*) [ ! -e "\${path#?}" ] ;;
            *) [ -e "$path" ] ;;
          esac || printf 'unmet:%s %s=%s\\n' "$file" "$word" "$path"
        done
    done
    group=$(rb_field ControlGroup)
    [ -n "$group" ] || group=/$(rb_field Slice)/$(rb_field Id)
    for root in /sys/fs/cgroup /sys/fs/cgroup/systemd; do
      [ ! -d "$root$group" ] || find "$root$group" -name cgroup.procs -exec sed 's/^/process:/' {} +
    done
  done
}`);

/** One read for any number of units. */
export function lookAtUnits(units: readonly string[]): Command {
  return sh`( # look at units
${LOOK_FUNCTIONS}
if [ -d /run/systemd/system ]; then
  printf 'uid:%s\n' "$(id -u)"
  rb_look ${units}
else
  printf 'init:%s\n' "$(cat /proc/1/comm)"
fi
)`;
}

export function parseUnits(out: string): UnitsLook {
  const lines = out.split("\n");
  const init = lines.find((line) => line.startsWith("init:"));
  if (init !== undefined) return { kind: "no-systemd", init: init.slice("init:".length) };
  const blocks: string[][] = [];
  for (const line of lines) {
    if (line.startsWith("unit:")) blocks.push([line]);
    else blocks.at(-1)?.push(line);
  }
  return { kind: "units", root: lines.includes("uid:0"), units: blocks.map(parseUnit) };
}

function parseUnit(lines: readonly string[]): UnitSeen {
  const tagged = (tag: string) =>
    lines.filter((line) => line.startsWith(tag)).map((line) => line.slice(tag.length));
  const field = (name: string) => tagged(`${name}=`)[0] ?? "";
  const unit = tagged("unit:")[0] ?? "";
  const id = field("Id") || unit;
  const dropIns = field("DropInPaths")
    .split(" ")
    .filter((path) => path !== "");
  const needsReload = field("NeedDaemonReload") === "yes";
  return {
    unit,
    id,
    load: field("LoadState"),
    active: field("ActiveState"),
    sub: field("SubState"),
    fileState: field("UnitFileState"),
    type: field("Type"),
    outcome: field("Result"),
    mainPid: Number(field("MainPID")),
    restarts: Number(field("NRestarts")),
    needsReload,
    canReload: field("CanReload") === "yes",
    refusesStart: field("RefuseManualStart") === "yes",
    dropIns,
    hold: holdSeen(tagged("hold:"), !needsReload && dropIns.at(-1) === holdPath(id)),
    unmet: tagged("unmet:"),
    // The kernel says 0 for a process that this host cannot see: in containers a group may be shared with the outside.
    processes: [...new Set(tagged("process:").map(Number))].filter((pid) => pid > 0),
  };
}

function holdSeen(lines: readonly string[], effective: boolean): Hold {
  if (lines.length === 0) return { kind: "none" };
  const run = holdRun(lines.join("\n"));
  return run === undefined ? { kind: "foreign" } : { kind: "ours", run, effective };
}

/** Gone for good as far as systemd knows, and not about to be started again by itself. */
export function isStopped(seen: UnitSeen): boolean {
  return (seen.active === "inactive" || seen.active === "failed") && seen.processes.length === 0;
}

export function isRunning(seen: UnitSeen): boolean {
  return seen.active === "active" || seen.active === "reloading" || seen.active === "refreshing";
}
