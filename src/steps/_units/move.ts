import { rawShell, sh, type Command } from "../../model/command.ts";
import { HOLD_MARK, PRINT_HOLD, type HeldFor } from "./hold.ts";
import { LOOK_FUNCTIONS, parseUnits, type UnitSeen } from "./look.ts";

/** What is to become of one unit. `keep` leaves that side of it alone; the rest does nothing where it is so already. */
export interface UnitTarget {
  readonly unit: string;
  readonly hold: "set" | "free" | "keep";
  readonly boot: "enable" | "enable-runtime" | "disable" | "keep";
  readonly run: "start" | "stop" | "restart" | "reload" | "keep";
}

/** What the script said: exit statuses of what it did, and two looks, the second one a moment after the first. */
export interface Moved {
  readonly refused: readonly string[];
  readonly first: readonly UnitSeen[];
  readonly last: readonly UnitSeen[];
}

/** How long a started unit is watched: long enough to see a daemon that dies of its configuration. */
const WATCH_SECONDS = "0.5";

const FUNCTIONS = rawShell(`rb_place() {
  # A systemd that is about to go down answers nothing, and a hold in a folder of no unit holds none.
  id=$(systemctl show -p Id --value -- "$1") && [ -n "$id" ] || return 1
  folder=/etc/systemd/system/$id.d
  file=$folder/zz-runbook-hold.conf
}
rb_hold() {
  rb_place "$1" || return 1
  read_again=1
  ( umask 022 && mkdir -p -- "$folder" && ${PRINT_HOLD} >"$folder/.zz-runbook-hold.new" ) &&
    sync -- "$folder/.zz-runbook-hold.new" && mv -f -- "$folder/.zz-runbook-hold.new" "$file" &&
    sync -- "$folder" /etc/systemd/system
}
rb_free() {
  rb_place "$1" || return 1
  [ -e "$file" ] || return 0
  grep -q '^${HOLD_MARK}' -- "$file" || return 1
  read_again=1
  rm -f -- "$file" && sync -- "$folder" && { rmdir -- "$folder" 2>/dev/null || true; } &&
    sync -- /etc/systemd/system
}
rb_do() { "$@" || printf 'refused:%s\\n' "$*"; }
rb_gone() {
  tries=50
  while [ "$tries" -gt 0 ] && rb_look "$1" | grep -q '^process:[1-9]'; do
    tries=$((tries - 1))
    sleep 0.1
  done
}`);

/**
 * The script of a job. Every hold is on disk and read by systemd before the first unit is stopped; a unit is freed before
 * it is started; units are stopped and started in the order given. A hold that cannot be set ends it with nothing stopped.
 */
export function moveUnits(
  targets: readonly UnitTarget[],
  held: HeldFor,
  reload: "reload" | "if-needed",
): Command {
  const lines: Command[] = [];
  for (const { unit, hold } of targets) {
    if (hold === "set") {
      lines.push(sh`rb_hold ${unit} || { printf 'refused:hold %s\n' ${unit}; exit 20; }`);
    }
    if (hold === "free") lines.push(sh`rb_do rb_free ${unit}`);
  }
  lines.push(sh`[ -z "$read_again" ] || rb_do systemctl daemon-reload`);
  for (const { unit, hold } of targets) {
    if (hold === "set") {
      lines.push(sh`systemctl show -p DropInPaths --value -- ${unit} | grep -q 'zz-runbook-hold[.]conf$' || {
  printf 'refused:hold %s\n' ${unit}
  exit 21
}`);
    }
  }
  for (const target of targets) lines.push(...bootLines(target), ...runLines(target));
  const units = targets.map((target) => target.unit);
  const watched = targets.some(({ run }) => run !== "stop" && run !== "keep");
  return sh`# move units
export LC_ALL=C
run=${held.run} host=${held.host} read_again=${reload === "reload" ? "1" : ""}
${LOOK_FUNCTIONS}
${FUNCTIONS}
${joined(lines)}
echo first:
${watched ? sh`rb_look ${units}; sleep ${WATCH_SECONDS}` : rawShell(":")}
echo last:
rb_look ${units}`;
}

function bootLines({ unit, boot }: UnitTarget): readonly Command[] {
  switch (boot) {
    case "keep":
      return [];
    case "enable":
      return [sh`rb_do systemctl --quiet enable -- ${unit}`];
    case "enable-runtime":
      return [
        sh`rb_do systemctl --quiet disable -- ${unit}`,
        sh`rb_do systemctl --quiet --runtime enable -- ${unit}`,
      ];
    case "disable":
      return [sh`rb_do systemctl --quiet disable -- ${unit}`];
  }
}

function runLines({ unit, run }: UnitTarget): readonly Command[] {
  // A unit that failed too often refuses to start until its counters are forgotten.
  const forgive = sh`systemctl --quiet reset-failed -- ${unit} 2>/dev/null || true`;
  switch (run) {
    case "keep":
      return [];
    case "stop":
      return [sh`rb_do systemctl stop -- ${unit}`, sh`rb_gone ${unit}`];
    case "start":
      return [forgive, sh`rb_do systemctl start -- ${unit}`];
    case "restart":
      return [forgive, sh`rb_do systemctl restart -- ${unit}`];
    case "reload":
      return [
        sh`if systemctl --quiet is-active -- ${unit}; then rb_do systemctl reload -- ${unit}; else rb_do systemctl start -- ${unit}; fi`,
      ];
  }
}

export function parseMoved(out: string): Moved {
  const [before = "", afterFirst = ""] = out.split(/^first:$/m);
  const [first = "", last = ""] = afterFirst.split(/^last:$/m);
  const look = (text: string): readonly UnitSeen[] => {
    const parsed = parseUnits(text);
    return parsed.kind === "units" ? parsed.units : [];
  };
  const refused = before.split("\n").filter((line) => line.startsWith("refused:"));
  return {
    refused: refused.map((line) => line.slice("refused:".length)),
    first: look(first),
    last: look(last),
  };
}

function joined(lines: readonly Command[]): Command {
  return lines.reduce(
    (all, line) => sh`${all}
${line}`,
    rawShell(":"),
  );
}
