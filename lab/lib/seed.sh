# shellcheck shell=bash
# The state a lab starts from and is reset to: zones made on ns1, brought to the other hosts by Lightning Stream.
# It is made once per number of hosts and kept in the cache; what differs between labs is written by configure.sh.

seed_dir() { echo "$LAB_CACHE/seed-$LAB_HOSTS"; }

provide_seed() {
  local seed host
  seed=$(seed_dir)
  [ ! -e "$seed/done" ] || return 0
  say "seeding $ZONES zones on ${#HOSTS[@]} hosts"
  rm -rf "$seed"
  LAB_PREFIX=v5 LAB_SOURCES=both
  cut_all
  rm -rf "$LAB"/hosts/* "$LAB/s3"
  share_mounts
  network_up
  s3_start
  for_all prepare_blank_host
  for_all boot_host
  for_all wait_for_ssh
  in_host ns1 runuser -u pdns -- bash -es <"$LAB_LIB/zones.sh"
  in_host ns1 systemctl --quiet enable --now pdns lightningstream
  until_ok 60 sync_ready ns1 || die "Lightning Stream on ns1 is not ready"
  for host in "${HOSTS[@]:1}"; do # Lightning Stream first: it fills the empty LMDB before PowerDNS opens it
    in_host "$host" systemctl --quiet enable --now lightningstream
  done
  for_all wait_for_first_sync
  for_all wait_until_serving
  for_all save_to_seed
  s3_stop
  cp -a "$LAB/s3" "$seed/s3"
  rm -rf "$LAB/s3"
  touch "$seed/done"
}

prepare_blank_host() {
  mount_host "$1"
  configure_host "$1"
}

wait_for_first_sync() {
  until_ok 60 sync_ready "$1" || die "Lightning Stream on $1 is not ready"
  in_host "$1" systemctl --quiet enable --now pdns
}

save_to_seed() {
  local dir to
  dir=$(host_dir "$1") to=$(seed_dir)/$1
  in_host "$1" sh -ec 'apt-get -qq update; systemctl stop lightningstream pdns'
  halt_host "$1"
  umount_host "$1"
  wait_disk_released "$1" || die "$dir/data.img is still mounted somewhere"
  rm -rf "$dir"/upper/var/log/* "$dir"/upper/tmp/* "$dir"/upper/var/tmp/*
  mkdir -p "$to"
  cp -a "$dir/upper" "$to/"
  cp -a --sparse=always "$dir/data.img" "$to/"
  rm -rf "$dir"
}

# Puts the seed into this lab. The hosts must be off.
plant_seed() {
  local object
  rm -rf "$LAB/s3"
  cp -a "$(seed_dir)/s3" "$LAB/s3"
  if [ "$LAB_PREFIX" != v5 ]; then
    for object in "$LAB/s3/$BUCKET"/v5*; do
      mv "$object" "${object%/*}/$([ "$LAB_PREFIX" = absent ] || echo "$LAB_PREFIX")${object##*/v5}"
    done
  fi
  for_all plant_host
  write_inventory
  printf 'LAB_PREFIX=%s\nLAB_SOURCES=%s\n' "$LAB_PREFIX" "$LAB_SOURCES" >"$LAB/planted"
}

plant_host() {
  local dir
  dir=$(host_dir "$1")
  umount_host "$1"
  rm -rf "$dir"
  mkdir -p "$dir"
  cp -a "$(seed_dir)/$1/upper" "$dir/"
  cp -a --sparse=always "$(seed_dir)/$1/data.img" "$dir/"
  mount_host "$1"
  configure_host "$1"
}
