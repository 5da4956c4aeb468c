import { quote } from "../../model/command.ts";

/** What the shell says about itself before its first command. */
export interface ShellFacts {
  readonly pid: number;
  /** The process group to kill when a command hangs; absent when it may hold processes that are not this shell's. */
  readonly group?: number;
  readonly uid: number;
  readonly hasBase64: boolean;
  /** An external printf would show what it prints in its arguments. */
  readonly hasPrintf: boolean;
  /** A shell under sudo's NOEXEC can run builtins and nothing else. */
  readonly canExec: boolean;
  /** Another one after each start of the host; absent where it has no word for it. */
  readonly boot?: string;
}

const STANDARD_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Sent to a fresh `sh`. Afterwards one line of input is one command:
 *
 *   _r SEQ 'TEXT' </dev/null          or          PAYLOAD | _r SEQ 'TEXT'
 *
 * Each runs in a subshell, so `exit`, `cd`, `set -e`, a syntax error or a changed umask end with it. The frame goes to
 * both streams, because nothing orders them against each other on the way to us.
 */
export function prelude(mark: string): string {
  return [
    // The login's own directories come last: what the standard ones have is the same on every host.
    `_p=${STANDARD_PATH}; _ifs=$IFS; IFS=:; for _d in $PATH; do case :$_p: in *:"$_d":*) ;; *) _p=$_p:$_d ;; esac; done; IFS=$_ifs`,
    `LC_ALL=C PATH=$_p; export LC_ALL PATH`,
    `unset ENV BASH_ENV CDPATH LANGUAGE`,
    `umask 022`,
    `cd "\${HOME:-/}" 2>/dev/null || cd /`,
    `_n=${quote(mark)}`,
    // No shell outlives the boot in which it began.
    `_now=; { read -r _now </proc/sys/kernel/random/boot_id; } 2>/dev/null`,
    // The one program it starts, which also tells whether it may start any.
    `_uid=$(id -u 2>/dev/null); _may=$?`,
    `_r() { _i=$1; (_t=$2; shift 2; eval "$_t"); _c=$?; printf '%s:%s:%s\\n' "$_n" "$_i" "$_c"; printf '%s:%s:%s\\n' "$_n" "$_i" "$_c" >&2; }`,
    "",
  ].join("\n");
}

/** The shell's first command: says ShellFacts as an event, so that a talkative login file cannot get in between. */
export const HELLO = `
_l=; { read -r _l </proc/$$/stat; } 2>/dev/null
set -- \${_l##*) }
_g=-; [ -n "$3" ] && [ "$3" = "$4" ] && _g=$3
_b=no; command -v base64 >/dev/null 2>&1 && _b=yes
_q=no; [ "$(command -v printf)" = printf ] && _q=yes
printf '%s!hello %s %s %s %s %s %s %s\\n' "$_n" "$$" "$_g" "\${_uid:--}" "$_b" "$_q" "$_may" "\${_now:--}"`;

export function parseHello(event: string): ShellFacts | undefined {
  const match =
    /^hello (\d+) (\d+|-) (\d+|-) (yes|no) (yes|no) (\d+) ([0-9a-f]{8}[0-9a-f-]*|-)$/.exec(event);
  if (match === null) return undefined;
  const [, pid, group, uid, base64, printf, exec, boot] = match;
  return {
    pid: Number(pid),
    ...(group === "-" ? {} : { group: Number(group) }),
    uid: uid === "-" ? -1 : Number(uid),
    hasBase64: base64 === "yes",
    hasPrintf: printf === "yes",
    canExec: exec === "0",
    ...(boot === undefined || boot === "-" ? {} : { boot }),
  };
}
