# shellcheck shell=bash
# Names, addresses and small words that every part of the lab shares. Sourced, never run.

LAB=${LAB:-/var/tmp/runbook-lab}                         # one lab: its disks, keys, bucket and inventory
LAB_CACHE=${LAB_CACHE:-/var/tmp/runbook-lab-cache}       # what all labs share: base system, packages, binaries, seeds
REPO_ROOT=$(cd "$LAB_LIB/../.." && pwd)

readonly S3_PORT=7070 S3_KEY=labaccess S3_SECRET=labsecret123 BUCKET=lsbucket
readonly SUDO_PASSWORD=labsudopw VAULT_PASSWORD=labvaultpw API_KEY=labkey
readonly LMDB_DIR=/var/lib/powerdns LMDB=/var/lib/powerdns/pdns.lmdb LS_CONFIG=/etc/lightningstream.yml
readonly ZONES=50
readonly PDNS_PACKAGES=(pdns-server pdns-backend-lmdb pdns-tools)

say() { printf '%(%T)T lab: %s\n' -1 "$*" >&2; }
die() { say "ERROR: $*"; exit 1; }

# until_ok SECONDS COMMAND...: repeats the command ten times a second until it succeeds. In a shell of its own: one that
# dies, because a host has no init yet for example, has not succeeded.
until_ok() {
  local end=$((SECONDS + $1))
  shift
  until ("$@") >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}

# for_all COMMAND...: runs it once per host, all at once, with the host's name appended; fails if one of them fails
for_all() {
  local host pid failed=0 pids=()
  for host in "${HOSTS[@]}"; do
    "$@" "$host" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
  return "$failed"
}

# A lab remembers its network and its size, so that later calls need nothing but LAB.
load_settings() {
  local asked_net=${LAB_NET:-} asked_hosts=${LAB_HOSTS:-} number octet tag=''
  if [ -f "$LAB/settings" ]; then
    # shellcheck source=/dev/null
    . "$LAB/settings"
    [ -z "$asked_net" ] || [ "$asked_net" = "$LAB_NET" ] ||
      die "the lab in $LAB uses the network $LAB_NET.0/24, not $asked_net.0/24; 'down --purge' first"
    [ -z "$asked_hosts" ] || [ "$asked_hosts" = "$LAB_HOSTS" ] ||
      die "the lab in $LAB has $LAB_HOSTS hosts, not $asked_hosts; 'down --purge' first"
  fi
  LAB_NET=${LAB_NET:-10.88.0}
  LAB_HOSTS=${LAB_HOSTS:-3}
  [[ $LAB == /* && $LAB_CACHE == /* ]] || die "LAB and LAB_CACHE must be absolute paths"
  [[ $LAB_HOSTS =~ ^[1-9]$ ]] || die "LAB_HOSTS must be a number from 1 to 9, not '$LAB_HOSTS'"
  [[ $LAB_NET =~ ^10\.[0-9]{1,3}\.[0-9]{1,3}$ ]] || die "LAB_NET must be the first three parts of a 10.x.y.0/24, not '$LAB_NET'"
  HOSTS=()
  for ((number = 1; number <= LAB_HOSTS; number++)); do HOSTS+=("ns$number"); done
  # Linux cuts interface names at 15 characters, so names are made from the network, which is unique anyway.
  for octet in ${LAB_NET//./ }; do
    [ "$octet" -le 255 ] || die "LAB_NET must be the first three parts of a 10.x.y.0/24, not '$LAB_NET'"
    tag+=$(printf '%02x' "$octet")
  done
  BRIDGE=rlab$tag
  readonly HOSTS BRIDGE LAB LAB_CACHE LAB_NET LAB_HOSTS
}

save_settings() {
  mkdir -p "$LAB"/{run,log,ssh,hosts}
  printf 'LAB_NET=%s\nLAB_HOSTS=%s\n' "$LAB_NET" "$LAB_HOSTS" >"$LAB/settings"
}

address_of() { echo "$LAB_NET.1${1#ns}"; } # ns1 -> 10.88.0.11
machine_of() { echo "$BRIDGE-$1"; }        # name of its network namespace, veth and container
known_host() {
  local host
  for host in "${HOSTS[@]}"; do [ "$host" != "${1:-}" ] || return 0; done
  die "no such host: '${1:-}' (this lab has ${HOSTS[*]})"
}

# pid_alive FILE WORD: the process in this pid file runs and its command line has the word in it. A pid alone proves
# nothing after a restart of the machine.
pid_alive() {
  local pid
  [ -s "$1" ] && read -r pid <"$1" && [ -r "/proc/$pid/cmdline" ] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "$2"
}

# A killed process whose parent is slow to notice stays in the table as a zombie, which has no command line.
pid_gone() { [ -z "$(tr -d '\0' 2>/dev/null <"/proc/$1/cmdline")" ]; }
