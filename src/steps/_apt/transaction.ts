import { rawShell, sh, type Command } from "../../model/command.ts";
import { lookFunctions } from "./look.ts";
import { writeSource } from "./params.ts";
import { STORE_FUNCTIONS } from "./store.ts";
import type { Target } from "./wanted.ts";

/** How a transaction is made. */
export interface TransactionOptions {
  readonly lockSeconds: number;
  readonly allowDowngrade: boolean;
  /** Packages on hold may change; their hold is put back afterwards, a crash in between included. */
  readonly allowHeld: boolean;
  /** Refresh apt's lists first when they do not know one of the versions. */
  readonly update: boolean;
  /** Keep what is installed before it is changed; `required` stops where that is not possible. */
  readonly keepOld: "required" | "optional" | "no";
  /** What is to be kept, where that is known. Else the transaction is tried out once more: time that a server is silent. */
  readonly before?: readonly { readonly package: string; readonly version: string }[];
  /** A source's file to write first, where it reads differently. */
  readonly source?: { readonly path: string; readonly text: string };
  /** `kept`: from the store where it has them, so that the way back needs no source. */
  readonly from: "sources" | "kept";
  /** Shell lines that belong to the same job, after the packages, and the packages that they are about. */
  readonly after?: { readonly lines: Command; readonly names: readonly string[] };
}

/** How apt and dpkg say that somebody else has the lock. */
export const LOCK_WORDS =
  "ould not get lock|nable to lock|nable to acquire|locked by another process";

const FUNCTIONS = rawShell(`rb_right() {
  for want do
    [ "$(dpkg-query -W -f '\${db:Status-Eflag} \${db:Status-Status} \${Version}' -- "\${want%%=*}" 2>/dev/null)" = "ok installed \${want#*=}" ] || return 1
  done
  ! rb_dirty
}
rb_dirty() { dpkg-query -W -f '\${db:Status-Abbrev}|\\n' | grep -qv '^.[inc] |'; }
rb_left() { left=$((deadline - $(date +%s))); [ "$left" -gt 0 ] || left=1; printf '%s' "$left"; }
rb_try() {
  printf 'ran:%s\\n' "$*"
  while :; do
    # Into a file and not a pipe: a daemon that a package's script starts would keep a pipe open for ever.
    "$@" >"$log" 2>&1 </dev/null
    rc=$?
    [ "$rc" -ne 0 ] && [ "$(rb_left)" -gt 1 ] && grep -qE "$lock_words" "$log" || break
    sleep 1
  done
  cat "$log"
  printf 'rc:%s\\n' "$rc"
  return "$rc"
}
rb_apt() {
  verb=$1
  shift
  rb_try apt-get "$verb" -q -y --no-remove -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confdef \\
    -o Dpkg::Options::=--force-confold -o "DPkg::Lock::Timeout=$(rb_left)" $flags "$@"
}
rb_configure() { rb_try dpkg --force-confdef --force-confold --configure -a; }
rb_words() {
  for want do
    if [ "$from" = kept ]; then rb_deb "\${want%%=*}" "\${want#*=}" || printf '%s\\n' "$want"; else printf '%s\\n' "$want"; fi
  done
}
rb_debs() { for want do rb_deb "\${want%%=*}" "\${want#*=}" || return 1; done; }
rb_wrong() { for want do rb_one "$want" || printf '%s\\n' "$want"; done; }
rb_one() { [ "$(dpkg-query -W -f '\${db:Status-Eflag} \${db:Status-Status} \${Version}' -- "\${1%%=*}" 2>/dev/null)" = "ok installed \${1#*=}" ]; }
rb_install() {
  ! rb_dirty || rb_configure || true
  rb_right "$@" || rb_apt install $(rb_words "$@") || true
  rb_right "$@" || { rb_configure; rb_apt install --reinstall $(rb_words $(rb_wrong "$@")); } || true
  if ! rb_right "$@" && rb_debs "$@" >/dev/null; then
    rb_apt install $(rb_debs "$@") || true
    rb_right "$@" || rb_try dpkg --force-confdef --force-confold --install $(rb_debs "$@") || true
    rb_right "$@" || rb_configure || true
  fi
}
rb_old() {
  apt-get -s -q -y --allow-downgrades --allow-change-held-packages install "$@" 2>/dev/null </dev/null |
    sed -n 's/^Inst \\([^ ]*\\) \\[\\([^]]*\\)\\] .*/\\1=\\2/p'
  for want do
    old=$(dpkg-query -W -f '\${Version}' -- "\${want%%=*}" 2>/dev/null)
    [ -z "$old" ] || [ "$old" = "\${want#*=}" ] || printf '%s=%s\\n' "\${want%%=*}" "$old"
  done
}
rb_keep_old() { rb_keep_these $(rb_old "$@" | sort -u); }
rb_keep_these() {
  kept=0
  for old do
    rb_keep "\${old%%=*}" "\${old#*=}" - >"$log" 2>&1 || { printf 'not-kept:%s\\n' "$old"; cat "$log"; kept=1; }
  done
  return "$kept"
}
rb_unknown() { for want do apt-cache show "$want" >/dev/null 2>&1 || return 0; done; return 1; }
rb_lift() {
  [ $# -gt 0 ] || return 0
  held=$(apt-mark showhold "$@")
  [ -z "$held" ] || {
    ( umask 077 && mkdir -p -- "$store" ) && printf '%s\\n' $held >>"$store/lifted-holds" && sync -- "$store/lifted-holds" "$store"
  }
}
rb_put_back() {
  [ ! -s "$store/lifted-holds" ] || {
    rb_try apt-mark hold $(sort -u "$store/lifted-holds") && rm -f -- "$store/lifted-holds"
  }
}`);

/**
 * The script of a job: packages of exact versions in one transaction, with everything that an interrupted dpkg may need
 * before and after. Exit statuses along the way decide nothing; it ends by showing what is there.
 *
 * No package is ever removed by it: apt stops instead. Package names and versions hold no blanks, so the script may
 * split its own lists of them into words.
 */
export function installPackages(targets: readonly Target[], options: TransactionOptions): Command {
  const words = targets.flatMap(({ package: name, version }) =>
    version === null ? [] : [`${name}=${version}`],
  );
  const names = [...targets.map((target) => target.package), ...(options.after?.names ?? [])];
  const flags = [
    ...(options.allowDowngrade ? ["--allow-downgrades"] : []),
    ...(options.allowHeld ? ["--allow-change-held-packages"] : []),
  ].join(" ");
  return sh`# install packages
${preamble(options.lockSeconds)}
flags=${flags} from=${options.from}
${lookFunctions(names)}
${options.source === undefined ? rawShell(":") : sourceLines(options.source)}
${options.update ? sh`! rb_unknown ${words} || rb_try apt-get -q update || true` : rawShell(":")}
${keepLines(words, options)}
${options.allowHeld ? sh`rb_lift ${names}` : rawShell(":")}
rb_install ${words}
${options.allowHeld ? rawShell("rb_put_back") : rawShell(":")}
${options.after?.lines ?? rawShell(":")}
rb_show`;
}

/** Exit status of a script that stopped before it changed a package, because an old one could not be kept. */
export const NOT_KEPT = 21;

function keepLines(
  words: readonly string[],
  { keepOld, before }: Pick<TransactionOptions, "keepOld" | "before">,
): Command {
  const known = before?.map(({ package: name, version }) => `${name}=${version}`);
  const keep = known === undefined ? sh`rb_keep_old ${words}` : sh`rb_keep_these ${known}`;
  switch (keepOld) {
    case "no":
      return rawShell(":");
    case "optional":
      return sh`${keep} || true`;
    case "required":
      return sh`${keep} || exit ${NOT_KEPT}`;
  }
}

function sourceLines({ path, text }: { readonly path: string; readonly text: string }): Command {
  return sh`if [ "$(cat -- ${path} 2>/dev/null; echo .)" != ${`${text}.`} ]; then
  ${writeSource(path, text)}
  rb_try apt-get -q update || true
fi`;
}

/** Removes what is named and nothing else; configuration files and data stay. */
export function removePackages(
  names: readonly string[],
  options: Pick<TransactionOptions, "lockSeconds" | "allowHeld" | "keepOld" | "before">,
): Command {
  return sh`# remove packages
${preamble(options.lockSeconds)}
${lookFunctions(names)}
${keepLines(
  names.map((name) => `${name}=`),
  options,
)}
! rb_dirty || rb_configure || true
${removeLines(names, options.allowHeld)}
rb_show`;
}

/** Tries the removal out first, because `apt-get remove` also takes what depends on a package. */
export function removeLines(names: readonly string[], allowHeld: boolean): Command {
  const held = allowHeld ? ["--allow-change-held-packages"] : [];
  return sh`others=$(apt-get -s -q -y ${held} remove ${names} 2>/dev/null </dev/null | sed -n 's/^Remv \\([^ ]*\\) .*/\\1/p')
for name in ${names}; do others=$(printf '%s\n' "$others" | grep -vxF -- "$name"); done
if [ -n "$others" ]; then
  printf 'others:%s\n' $others
else
  rb_try apt-get -q -y -o Dpkg::Use-Pty=0 -o "DPkg::Lock::Timeout=$(rb_left)" ${held} remove ${names} || true
fi`;
}

/** Downloads what a later transaction needs, and keeps packages for the way back. Ends with a line for each that failed. */
export function fetchPackages(
  download: readonly string[],
  keep: readonly { readonly package: string; readonly version: string; readonly sha256?: string }[],
  options: Pick<TransactionOptions, "lockSeconds" | "update" | "source">,
): Command {
  const kept = keep.map(
    ({ package: name, version, sha256 }) =>
      sh`rb_keep ${name} ${version} ${sha256 ?? "-"} || printf 'not-kept:%s %s\n' ${name} ${version}`,
  );
  return sh`# fetch packages
${preamble(options.lockSeconds)}
${options.source === undefined ? rawShell(":") : sourceLines(options.source)}
${options.update ? sh`! rb_unknown ${download} || rb_try apt-get -q update || true` : rawShell(":")}
${lines(kept)}
${
  download.length === 0
    ? rawShell(":")
    : sh`rb_try apt-get -q -y -o Dpkg::Use-Pty=0 -o "DPkg::Lock::Timeout=$(rb_left)" --allow-downgrades --allow-change-held-packages --download-only install ${download} || echo not-downloaded:`
}
true`;
}

function preamble(lockSeconds: number): Command {
  // needrestart would restart daemons by itself, debconf would ask, and ucf has a question of its own.
  return sh`export LC_ALL=C DEBIAN_FRONTEND=noninteractive APT_LISTCHANGES_FRONTEND=none NEEDRESTART_SUSPEND=1 UCF_FORCE_CONFFOLD=1
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
cd / || exit
deadline=$(($(date +%s) + ${lockSeconds}))
lock_words=${LOCK_WORDS} log=$(mktemp) || log=/dev/null
trap '[ "$log" = /dev/null ] || rm -f -- "$log"' EXIT
${STORE_FUNCTIONS}
${FUNCTIONS}`;
}

function lines(commands: readonly Command[]): Command {
  return commands.reduce(
    (all, line) => sh`${all}
${line}`,
    rawShell(":"),
  );
}
