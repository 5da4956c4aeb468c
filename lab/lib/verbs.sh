# shellcheck shell=bash
# What `npm run lab --` can do.

# Runs this verb again under the lab's lock. flock stays outside and closes its file for us, or else the daemons we
# start would keep the lock for ever. The lock is on the folder itself, so it leaves nothing behind.
under_lock() {
  [ -z "${LAB_LOCKED:-}" ] || return 0
  mkdir -p "$LAB"
  LAB_LOCKED=1 exec flock -o "$LAB" bash "$LAB_LIB/../lab" "$@"
}

require_up() {
  if [ ! -e "$LAB/planted" ] || [ "$(network_owner)" != "$LAB" ]; then die "no lab is up in $LAB: npm run lab -- up"; fi
}

planting_options() { # sets LAB_PREFIX, LAB_SOURCES
  LAB_PREFIX=v5 LAB_SOURCES=both
  while [ $# -gt 0 ]; do
    case $1 in
      --prefix) LAB_PREFIX=${2:-} ;;
      --sources) LAB_SOURCES=${2:-} ;;
      *) die "no such option: $1" ;;
    esac
    shift 2 || die "$1 wants a value"
  done
  [[ $LAB_PREFIX =~ ^[A-Za-z0-9.-]+$ ]] || die "--prefix wants 'absent' or letters, digits, dots and dashes"
  [[ $LAB_SOURCES =~ ^(both|old)$ ]] || die "--sources wants 'both' or 'old'"
}

verb_up() {
  planting_options "$@"
  under_lock up "$@"
  require_tools
  require_network
  save_settings
  provide_keys
  provide_cache
  load_versions
  share_mounts
  network_up
  if [ -e "$LAB/planted" ]; then
    [ $# -eq 0 ] || die "the lab in $LAB exists: options are for its first 'up', or for 'reset'"
    s3_start
    for_all boot_host
    for_all wait_for_ssh
  else
    plant_seed
    s3_start
    for_all boot_host
    for_all wait_for_ssh
    for_all wait_until_serving
  fi
  say "up: ${HOSTS[*]} on $LAB_NET.0/24; ssh -F $LAB/ssh/config ns1; inventory $LAB/inventory/hosts.ini"
}

provide_cache() {
  mkdir -p "$LAB_CACHE/log"
  if [ ! -e "$(seed_dir)/done" ]; then
    flock -n -o "$LAB_CACHE" true || say "waiting for another lab that builds the shared cache $LAB_CACHE"
    flock -o "$LAB_CACHE" bash "$LAB_LIB/../lab" build-cache
  fi
}

verb_build-cache() { # runs under the lock of the cache, called by `up` alone
  provide_binaries
  provide_base
  load_versions
  provide_seed
}

verb_reset() {
  planting_options "$@"
  under_lock reset "$@"
  if [ ! -e "$LAB/planted" ] || [ ! -e "$(seed_dir)/done" ]; then die "nothing to reset in $LAB: npm run lab -- up"; fi
  load_versions
  cut_all
  share_mounts
  network_up
  network_heal
  provide_keys
  plant_seed
  s3_start
  for_all boot_host
  for_all wait_for_ssh
  for_all wait_until_serving
  say "reset: prefix $LAB_PREFIX, package suites $LAB_SOURCES"
}

cut_all() {
  for_all cut_host
  s3_stop
  for_all umount_host
}

verb_down() {
  local word purge=no cache=no
  for word in "$@"; do
    case $word in
      --purge) purge=yes ;;
      --cache) cache=yes ;;
      *) die "no such option: $word" ;;
    esac
  done
  if [ -e "$LAB/settings" ]; then
    under_lock down "$@"
    for_all halt_host
    for_all umount_host
    for_all wait_disk_released || say "warning: a disk image of $LAB is still held by a mount that this lab does not see"
    unshare_mounts
    s3_stop
    network_down
    [ "$purge" = no ] || rm -rf "$LAB"
  fi
  if [ "$cache" = yes ]; then
    ! grep -qF "lowerdir=$LAB_CACHE/base," /proc/mounts || die "$LAB_CACHE is in use by a lab that is up"
    rm -rf "$LAB_CACHE"
  fi
  say "down"
}

verb_ssh() {
  known_host "${1:-}"
  exec ssh -F "$LAB/ssh/config" "$@"
}

verb_exec() {
  known_host "${1:-}"
  [ $# -ge 2 ] || die "exec wants a command"
  in_host "$@"
}

# host=address=pid-of-init, the pid empty for a host that is off
fleet_words() {
  local host
  for host in "${HOSTS[@]}"; do echo "$host=$(address_of "$host")=$(leader_of "$host" || true)"; done
}

verb_state() {
  require_up
  local words
  mapfile -t words < <(fleet_words)
  LAB_STATE_LIGHTNINGSTREAM=$LAB_CACHE/bin/lightningstream LAB_STATE_BUCKET=$LAB/s3/$BUCKET LAB_STATE_HOSTS=$LAB/hosts \
    node "$LAB_LIB/state.mjs" "$@" "${words[@]}"
}

verb_content() {
  local host=${1:-}
  require_up
  known_host "$host"
  shift
  in_network "$host" node "$LAB_LIB/content.mjs" "$host" "$(leader_of "$host" || true)" "$(host_dir "$host")/root" "$@"
}

verb_prober() {
  require_up
  local host words=()
  for host in "${HOSTS[@]}"; do words+=("$host=$(address_of "$host")"); done
  exec node "$LAB_LIB/../prober.mjs" "$@" "${words[@]}"
}
