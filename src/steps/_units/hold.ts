/**
 * A hold: a drop-in that makes every start of a unit fail, a reboot included, until it is removed. A drop-in and not a
 * mask, because a mask does nothing for a unit whose file stands in /etc, and a runtime mask is gone after a power cut.
 * `AssertPathExists` and not `ConditionPathExists`, because a start that is skipped has exit status 0.
 */

/** Sorts after the drop-ins that people write, so that none of them resets the assertion. */
const HOLD_FILE = "zz-runbook-hold.conf";

const MARK = "# Held by runbook";

export function holdFolder(unit: string): string {
  return `/etc/systemd/system/${unit}.d`;
}

export function holdPath(unit: string): string {
  return `${holdFolder(unit)}/${HOLD_FILE}`;
}

export interface HeldFor {
  readonly run: string;
  readonly host: string;
}

/** Shell: the text of a hold, from $run, $host and $file. */
export const PRINT_HOLD = `printf '${MARK}: this unit cannot start, not even after a reboot, until it is released.
# run: %s
# host: %s
# To free it by hand: rm %s && systemctl daemon-reload
[Unit]
AssertPathExists=!/
' "$run" "$host" "$file"`;

/** Whose hold a file is; undefined when it is not one of ours. */
export function holdRun(text: string): string | undefined {
  if (!text.startsWith(MARK) || !/^AssertPathExists=!\/$/m.test(text)) return undefined;
  return /^# run: (.*)$/m.exec(text)?.[1] ?? "";
}

/** What a script may look for before it removes a hold: never somebody else's file. */
export const HOLD_MARK = MARK;
