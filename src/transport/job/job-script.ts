import { quote } from "../../model/command.ts";

/**
 * The shell text that keeps jobs on a host. A job is some files side by side in a private folder, named by its stem and
 * an ending after "@", which no stem has. Builtins make and read them: a program costs a host more than a dozen files.
 *
 *   script        the command; whoever creates it with O_EXCL makes the job
 *   name          what the job is called (its stem may be shortened)
 *   run           the runner: claims the job, runs the script, keeps its status
 *   claim         "PID STARTTIME BOOTID" of the runner, created with O_EXCL: whoever creates it runs the script
 *   stdout stderr
 *   status        "CODE end OUT ERR" once the script has ended, with the lengths of its output where they are known;
 *                 before that a placeholder of the same length, so that a full disk cannot keep the end back. Written
 *                 over in place: half a status lacks its "end" and is none
 *   unit          the systemd unit, where there is one
 *
 * Invariants: the script is run by the one runner that created `claim`, and by no other, ever. A power cut takes what is
 * not flushed, the claim too: a job that left nothing is therefore begun only in the boot that it was meant for. One that
 * was meant for no certain boot flushes its claim before the script begins. A process is the runner
 * only if its start time and the boot are those of the claim, because pids are used again. Whoever made the job
 * writes and launches; when it does not within two seconds, whoever waits writes anew, by rename, and launches too:
 * the claim lets one of them through. Files that are not our own count as none, whoever may write to the folder.
 *
 * Events that a watcher says:   job ID text CODE OUT\2ERR (newlines are \1) · job ID done CODE OUT ERR (hex, "-" when
 * empty) · job ID large CODE · job ID vanished WHY · job ID refused WHY · job ID over (the watcher ended, whatever it
 * said before)
 */
export function jobFunctions(of: { stateRoot: string; shell: string }): string {
  return `
_base=${quote(of.stateRoot)}
_sh=${quote(of.shell)}
if [ "$_uid" = 0 ]; then _mode=755 _roots=$_base/jobs
else _mode=700 _roots="\${XDG_STATE_HOME:+$XDG_STATE_HOME/runbook/jobs}
\${HOME:+$HOME/.runbook/jobs}
/var/tmp/runbook-$_uid/jobs"; fi
_nl='
'
_good=$_nl _kills= _lf='\x01' _end='\x02'
if [ -d /run/systemd/system ] && grep -Eqsi '^[[:space:]]*KillUserProcesses[[:space:]]*=[[:space:]]*(yes|true|on|1)' \
  /etc/systemd/logind.conf /etc/systemd/logind.conf.d/*.conf /run/systemd/logind.conf.d/*.conf /usr/lib/systemd/logind.conf.d/*.conf; then _kills=yes; fi
_run=${quote(RUNNER)}
_safe() { [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ]; }
_mine() { [ -f "$1" ] && [ ! -L "$1" ] && [ -O "$1" ]; }
_private() { case $(ls -ld -- "$1") in drwx------*) return 0 ;; esac; return 1; }
_trusted() { case $_good in *"$_nl$1$_nl"*) ;; *) _private "$1" ;; esac; }
_root() {
  if [ ! -d "$1" ]; then
    _p=\${1%/*}
    if [ ! -d "$_p" ]; then mkdir -p "\${_p%/*}" 2>/dev/null; mkdir -m "$_mode" "$_p" 2>/dev/null; fi
    _safe "$_p" && mkdir -m 700 "$1" 2>/dev/null
  fi
  _safe "$1" && _trusted "$1"
}
_each() { _ifs=$IFS; IFS=$_nl; set -f; set -- $_roots; set +f; IFS=$_ifs; for _r; do printf '%s\\n' "$_r"; done; }
_find() {
  _d=; _ifs=$IFS; IFS=$_nl
  for _r in $_roots; do
    if _safe "$_r" && _mine "$_r/$1@script"; then _d=$_r/$1; break; fi
  done
  IFS=$_ifs; [ -n "$_d" ]
}
# Says which folder there is for a new job.
_place() {
  _d=; _why='no directory for jobs'; _ifs=$IFS; IFS=$_nl
  for _r in $_roots; do
    if _root "$_r" && [ -w "$_r" ]; then _d=$_r/$1; break; fi
    _why="$_r cannot be made or written to, or is not a private directory of its own user"
  done
  IFS=$_ifs; [ -n "$_d" ]
}
# Looked at once for each shell: jobs that are started in the background could not keep what they find.
_ifs=$IFS; IFS=$_nl
for _r in $_roots; do if _root "$_r"; then _good=$_good$_r$_nl; break; fi; done
IFS=$_ifs
_stat() {
  _s= _g=; _l=
  { read -r _l <"/proc/$1/stat"; } 2>/dev/null || return 1
  set -- \${_l##*) }
  [ "$1" != Z ] && [ "$1" != X ] || return 1
  _g=$4 _s=\${20}
}
_claim() {
  _pid= _start= _boot=
  { _mine "$1@claim" && read -r _pid _start _boot <"$1@claim"; } 2>/dev/null
  [ -n "$_boot" ]
}
_status() {
  _c= _x=; { _mine "$1@status" && read -r _c _x _len1 _len2 <"$1@status"; } 2>/dev/null
  [ "$_x" = end ]
}
_alive() {
  _claim "$1" || { [ -e "$1@claim" ] && _dead='the job began and kept no trace of its process' || _dead='the job never began'; return 1; }
  if [ "$_boot" != - ] && [ "$_boot" != "$_now" ]; then _dead='the host was started again while the job ran'; return 1; fi
  _dead='the process of the job is gone and left no exit status'
  if [ "$_boot" = - ]; then kill -0 "$_pid" 2>/dev/null; return; fi
  if [ -d "/proc/$_pid" ]; then
    _stat "$_pid" && [ "$_s" = "$_start" ] && return 0
  fi
  _left "$1"
}
_left() {
  if [ -s "$1@unit" ]; then
    read -r _unit <"$1@unit"
    case $(systemctl show -p ActiveState "$_unit.service" 2>/dev/null) in
      ActiveState=active|ActiveState=activating|ActiveState=deactivating) return 0 ;;
    esac
  fi
  _members "$_pid"
  [ -n "$_m" ]
}
_members() {
  _m=; _stat "$1" && [ "$_s" != "$_start" ] && return
  for _f in /proc/[0-9]*; do
    _q=\${_f#/proc/}; [ "$_q" != "$1" ] && _stat "$_q" && [ "$_g" = "$1" ] && _m="$_m $_q"
  done
}
_fenced() {
  _lock= _own=$2 _number=$3
  case $1 in
    -) return ;;
    private) _lock=$HOME/.runbook/lock/fencing ;;
    *) _lock=$_base/lock/fencing ;;
  esac
  _f1= _f2=; { read -r _f1 _f2 <"$_lock"; } 2>/dev/null
  [ "$_f1" = "$2" ] && [ "$_f2" = "$3" ] && return
  if [ -n "$_f1" ]; then _why="the lock on this host belongs to run $_f1, fencing number $_f2; this is run $2, number $3"
  else _why="there is no lock on this host, and this job needs the one of run $2, number $3"; fi
  return 1
}
_hex() { [ -s "$1" ] || { _o=-; return; }; set -- $(od -An -v -tx1 -N 901 "$1"); _k=$#; _ifs=$IFS; IFS=; _o="$*"; IFS=$_ifs; [ "$_k" -le 900 ]; }
_say() { printf '%s!job %s %s\\n' "$_n" "$1" "$2"; }
# What is short and plain needs no program. A shell drops NULs when it reads; then the lengths differ.
_text() {
  _o= _q=; [ "$2" -le 400 ] 2>/dev/null || return
  [ "$2" != 0 ] || return 0
  {
    while IFS= read -r _x <&4; do
      case $_x in *[$_lf$_end]*) return 1 ;; esac
      _o=$_o$_x$_lf
    done
    case $_x in *[$_lf$_end]*) return 1 ;; esac
    _o=$_o$_x; read -r _x _q </proc/self/fdinfo/4
  } 4<"$1" 2>/dev/null
  [ "\${#_o}" = "$_q" ]
}
_ended() {
  _status "$2"
  if _text "$2@stdout" "$_len1" && _o1=$_o && _text "$2@stderr" "$_len2"; then _say "$1" "text $_c $_o1$_end$_o"
  elif _hex "$2@stdout" && _o1=$_o && _hex "$2@stderr"; then _say "$1" "done $_c $_o1 $_o"; else _say "$1" "large $_c"; fi
}
_watch() {
  _turn=0
  while ! _status "$2"; do
    if ! _alive "$2"; then
      _status "$2" && break
      if [ -e "$2@claim" ] && ! _claim "$2" && [ $_turn -lt 20 ]; then :
      elif [ -e "$2@claim" ]; then _say "$1" "vanished $_dead"; return
      else _say "$1" "refused it did not begin; a full disk is the usual reason"; return; fi
    fi
    kill -0 $$ 2>/dev/null || return
    _turn=$((_turn + 1))
    if [ $_turn -le 20 ]; then sleep 0.05 2>/dev/null || sleep 1; else sleep 0.5 2>/dev/null || sleep 1; fi
  done
  _ended "$1" "$2"
}
# Under noclobber one writer gets past the script. The second argument sets the files of a writer apart.
_write() {
  printf '%s\\n' "$3" >"$1@script$2" && printf '%s\\n' "$4" >"$1@name$2" && printf '%s\\n' "$_run" >"$1@run$2" &&
    { [ -e "$1@status" ] || printf '%-63s\\n' - >"$1@status" || [ -e "$1@status" ]; }
}
_again() {
  for _f in name run script; do mv -f "$1@$_f$2" "$1@$_f" || return; done
}
_launch() {
  # A unit outlives logind's KillUserProcesses; only root can have one without a session of its own.
  if [ "$_uid" = 0 ] && { [ "$2" = unit ] || [ -n "$_kills" ]; } && command -v systemd-run >/dev/null 2>&1 && [ -d /run/systemd/system ]; then
    printf '%s\\n' "$3" >"$1@unit"
    systemd-run --quiet --collect --wait --pipe --unit="$3" --description="\${1##*/}" -p KillMode=process -p SendSIGHUP=no \\
      --setenv=HOME="$HOME" --setenv=PATH="$PATH" --setenv=LC_ALL=C --setenv=USER="\${USER:-root}" --setenv=LOGNAME="\${LOGNAME:-root}" \\
      "$_sh" "$1@run" "$1" "$_sh" "$4" "" "$_lock" "$_own" "$_number" "$_since" <&3 >/dev/null 2>&1 3<&-
    [ -e "$1@claim" ] && return
    rm -f "$1@unit"
  fi
  setsid "$_sh" "$1@run" "$1" "$_sh" "$4" $$ "$_lock" "$_own" "$_number" "$_since" <&3 >/dev/null 2>&1 3<&- &
  wait $!
}
_begun() {
  _turn=0
  until [ -e "$1@claim" ] || _status "$1"; do
    [ $_turn -lt 40 ] || return 1
    _turn=$((_turn + 1)); sleep 0.05 2>/dev/null || sleep 1
  done
}
_j() {
  umask 077; _since=\${11}
  if [ "$_since" != - ] && [ "$_since" != "$_now" ] && { ! _find "$2" || { [ ! -e "$_d@claim" ] && ! _status "$_d"; }; }; then
    _say "$1" 'vanished the host was started again, and whether the job had begun is not known'; return
  fi
  if ! _find "$2"; then
    _fenced "$8" "$9" "\${10}" || { _say "$1" "refused $_why"; return; }
    command -v setsid >/dev/null 2>&1 || { _say "$1" 'refused there is no setsid on the host (package util-linux)'; return; }
    _place "$2" || { _say "$1" "refused $_why"; return; }
    set -C; _write "$_d" '' "$4" "$3"; _e=$?; set +C
    [ $_e != 0 ] || _launch "$_d" "$5" "$6" "$7"
  fi
  if ! _begun "$_d"; then
    _fenced "$8" "$9" "\${10}" || { _say "$1" "refused $_why"; return; }
    if _e=$({ (set -C; _write "$_d" ".$$-$1" "$4" "$3") && _again "$_d" ".$$-$1"; } 2>&1); then _launch "$_d" "$5" "$6" "$7"
    else rm -f -- "$_d@"*".$$-$1"; _say "$1" "refused $_d cannot be written: $_e"; return; fi
  fi
  _watch "$1" "$_d"
}
_standing() {
  _find "$1" || { echo absent; return; }
  if _status "$_d"; then echo "finished $_c"; return; fi
  [ -e "$_d@claim" ] || { echo absent; return; }
  if _claim "$_d" || { sleep 1; _claim "$_d"; }; then :; fi
  if _alive "$_d"; then
    _up=; { read -r _up _l </proc/uptime; } 2>/dev/null
    echo "running $_pid \${_start:-0} \${_up:-0}"
  elif _status "$_d"; then echo "finished $_c"
  else echo "vanished $_dead"; fi
}
_output() { _find "$1" && cat "$_d@$2"; }
_names() {
  _each | while read -r _r; do
    _safe "$_r" && (cd "$_r" && ls -1tr -- "$1"*@name 2>/dev/null | while read -r _f; do
      _claim "\${_f%@name}"; [ "$_boot" = "$_now" ] || _start=0
      read -r _c <"$_f" && printf '%s %s\n' "\${_start:-0}" "$_c"
    done)
  done
  echo end
}
_of_run() {
  _each | while read -r _r; do
    _safe "$_r" || continue
    for _o in "$_r/$1"*@script; do
      [ -e "$_o" ] || continue
      _d=\${_o%@script}; _w=over
      if ! _status "$_d" && _alive "$_d"; then _w=live; fi
      printf '%s %s\\n' $_w "\${_d##*/}"
    done
  done
  echo end
}
_forget() {
  _k=$#
  for _p; do
    _ifs=$IFS; IFS=$_nl
    for _r in $_roots; do
      IFS=$_ifs; _safe "$_r" || continue
      _last=
      for _f in "$_r/$_p"*; do
        _d=\${_f%@*}; [ "$_d" != "$_last" ] && [ -e "$_f" ] || continue
        _last=$_d; if _status "$_d" || ! _alive "$_d"; then set -- "$@" "$_d@"*; fi
      done
    done
    IFS=$_ifs
  done
  shift $_k; [ $# = 0 ] || rm -f -- "$@"
}
_cancel() {
  _find "$1" || return 0
  _try=0
  while ! _status "$_d" && _alive "$_d"; do
    _unit=; [ -s "$_d@unit" ] && read -r _unit <"$_d@unit"
    _members "$_pid"
    if [ $_try = 0 ]; then
      [ -z "$_unit" ] || systemctl kill -s TERM "$_unit.service" 2>/dev/null
      [ -z "$_m" ] || kill -TERM $_m 2>/dev/null
    elif [ $_try -ge $2 ]; then
      [ -z "$_m" ] || kill -KILL $_m 2>/dev/null
      if [ $_try -gt $(($2 + 5)) ] || [ -z "$_m" ]; then
        [ -z "$_unit" ] || systemctl kill -s KILL "$_unit.service" 2>/dev/null
        kill -KILL "$_pid" 2>/dev/null
      fi
    fi
    _try=$((_try + 1))
    [ $_try -le $(($2 + 30)) ] || return 1
    sleep 0.1 2>/dev/null || sleep 1
  done
  _status "$_d" || [ ! -e "$_d@claim" ] || printf '%-63s\\n' '137 end' 1<>"$_d@status"
}
`;
}

/**
 * Runs inside the job's own session or unit: `sh run STEM SHELL KIND LISTENER LOCK RUN NUMBER BOOT`, standard input is
 * the command's. The lock is looked at once more after the claim: whoever took it over meanwhile sees the claim, or the job
 * sees the new lock. A start that was under way when its controller died cannot run behind the back of the next one.
 */
const RUNNER = `umask 077
job=$1 shell=$2 kind=$3 listener=$4 lock=$5 own=$6 number=$7 since=$8
held() {
  [ -n "$lock" ] || return 0
  run= now=; { read -r run now <"$lock"; } 2>/dev/null
  [ "$run" = "$own" ] && [ "$now" = "$number" ]
}
held || exit 0
start=- boot=-
if { read -r line </proc/$$/stat; } 2>/dev/null; then
  set -- \${line##*) }
  start=\${20}
  read -r boot </proc/sys/kernel/random/boot_id
fi
set -C
{ printf '%s %s %s\\n' "$$" "$start" "$boot" >"$job@claim"; } 2>/dev/null || exit 0
set +C
held || { rm -f "$job@claim"; exit 0; }
[ "$since" != - ] || sync "$job@claim" 2>/dev/null || sync
trap : TERM INT HUP QUIT
code=126
{
  (
    trap - TERM INT HUP QUIT
    umask 022
    cd -- "\${HOME:-/}" 2>/dev/null || cd /
    # A program takes the place of this shell; a script gets one of its own, whose $$ is not the runner.
    set -- "$job@script" "$shell" "$kind"
    unset job shell kind listener lock own number since run now start boot line code
    [ "$3" = script ] || . "$1"
    exec "$2" -c 'script=$1; shift; . "$script"' sh "$1"
  ) >&5 2>&6 5>&- 6>&-
  code=$?
  { read -r line out </proc/$$/fdinfo/5 && read -r line err </proc/$$/fdinfo/6; } 2>/dev/null
} 5>"$job@stdout" 6>"$job@stderr"
printf '%-63s\\n' "$code end $out $err" 1<>"$job@status"
# Who listens is told at once, and keeps it in a journal. Where nobody does, it is kept here.
[ -n "$listener" ] && kill -0 "$listener" 2>/dev/null && exit
{ sync "$job@status" || [ ! -e "$job@status" ] || sync; } 2>/dev/null
`;
