import { rawShell, sh, type Command } from "../../model/command.ts";
import { HOLD_MARK, holdText, type HeldFor } from "./hold.ts";
import { LOOK_FUNCTIONS, parseUnits, type UnitSeen } from "./look.ts";

/** What is to become of one unit. `keep` leaves that side of it alone. */
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

const FUNCTIONS = rawShell(`rb_hold() {
  folder=/etc/systemd/system/$1.d
  ( umask 022 && mkdir -p -- "$folder" && printf '%s' "$2" >"$folder/.zz-runbook-hold.new" ) &&
    sync -- "$folder/.zz-runbook-hold.new" &&
    mv -f -- "$folder/.zz-runbook-hold.new" "$folder/zz-runbook-hold.conf" &&
    sync -- "$folder" /etc/systemd/system
}
rb_free() {
  folder=/etc/systemd/system/$1.d
  [ -e "$folder/zz-runbook-hold.conf" ] || return 0
  grep -q '^${HOLD_MARK}' -- "$folder/zz-runbook-hold.conf" || return 1
  rm -f -- "$folder/zz-runbook-hold.conf" && sync -- "$folder" && { rmdir -- "$folder" 2>/dev/null || true; } &&
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
      lines.push(
        sh`rb_hold ${unit} ${holdText(unit, held)} || { printf 'refused:hold %s\n' ${unit}; exit 20; }`,
      );
    }
    if (hold === "free") lines.push(sh`rb_do rb_free ${unit}`);
  }
  if (reload === "reload" || lines.length > 0) lines.push(sh`rb_do systemctl daemon-reload`);
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
${LOOK_FUNCTIONS}
${FUNCTIONS}
${joined(lines)}
echo first:
rb_look ${units}
${watched ? rawShell(`sleep ${WATCH_SECONDS}`) : rawShell(":")}
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
      return [sh`rb_do systemctl reload -- ${unit}`];
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
