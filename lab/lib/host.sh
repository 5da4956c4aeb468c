# shellcheck shell=bash
# A host: overlay(base, upper) as its root, a small ext4 image for /var/lib/powerdns, systemd-nspawn around both.
# The LMDB stays off the overlay, because copy-up would leave early readers with a stale memory map; and a small
# volume of its own is easily filled.

host_dir() { echo "$LAB/hosts/$1"; }
host_pid_file() { echo "$LAB/run/$1.pid"; }
host_runs() { pid_alive "$(host_pid_file "$1")" "$(machine_of "$1")"; }

# Containers of other labs start with a copy of all mounts and keep it, hidden under their own root. Where mounts are not
# shared by default (no systemd on this machine) our unmounting would not reach those copies: so ours are shared.
share_mounts() {
  mkdir -p "$LAB/hosts"
  if ! mountpoint -q "$LAB/hosts"; then
    mount --bind "$LAB/hosts" "$LAB/hosts"
    mount --make-shared "$LAB/hosts"
  fi
}
unshare_mounts() { ! mountpoint -q "$LAB/hosts" || umount "$LAB/hosts"; }

mount_host() {
  local dir
  dir=$(host_dir "$1")
  mkdir -p "$dir"/{upper,work,root}
  mountpoint -q "$dir/root" ||
    mount -t overlay "$(machine_of "$1")" -o "lowerdir=$LAB_CACHE/base,upperdir=$dir/upper,workdir=$dir/work" "$dir/root"
  if [ ! -e "$dir/data.img" ]; then
    truncate -s 128M "$dir/data.img"
    mkfs.ext4 -q -m0 "$dir/data.img"
  fi
  if ! mountpoint -q "$dir/root$LMDB_DIR"; then
    wait_disk_released "$1" || die "$dir/data.img is still mounted somewhere: mounting it twice would destroy it"
    mount -o loop "$dir/data.img" "$dir/root$LMDB_DIR"
  fi
}

umount_host() {
  local dir point
  dir=$(host_dir "$1")
  for point in "$dir/root$LMDB_DIR" "$dir/root"; do
    ! mountpoint -q "$point" || until_ok 10 umount "$point" || die "cannot unmount $point"
  done
}

# The kernel takes a dead container's own mounts down later than its processes. Until then its disk image is neither
# complete nor safe to mount again.
wait_disk_released() { until_ok 20 image_detached "$(host_dir "$1")/data.img"; }
image_detached() { [ -z "$(losetup -j "$1")" ]; }

# The init of a host as this machine sees it: nspawn's only child. Nothing is printed when the host does not run.
leader_of() {
  local pid
  host_runs "$1" || return 1
  read -r pid <"$(host_pid_file "$1")"
  pgrep -o -P "$pid"
}

# in_host HOST COMMAND...: as root, from outside, whether SSH works or not. In the host's namespaces, not its cgroup.
in_host() {
  local leader
  leader=$(leader_of "$1") || die "$1 is not running"
  shift
  nsenter -t "$leader" -m -u -i -n -p -- "$@"
}

over_ssh() {
  local host=$1
  shift
  ssh -F "$LAB/ssh/config" "$host" "$@"
}

boot_host() {
  local file machine
  ! host_runs "$1" || return 0
  file=$(host_pid_file "$1")
  machine=$(machine_of "$1")
  rm -f "$file"
  end_orphans "$1"
  mount_host "$1"
  cgroup_remove "$machine"
  (
    cgroup_enter "$machine"
    # With --keep-unit nspawn does not restart a host that reboots, it exits with 133: hence the loop.
    # shellcheck disable=SC2016
    exec setsid bash -c '
      file=$1; shift
      while :; do
        rc=0
        "$@" & echo $! >"$file"
        wait $! || rc=$?
        [ "$rc" = 133 ] || break
      done' _ "$file" \
      env SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn -q --register=no --keep-unit -b -M "$machine" --hostname="$1" \
      -D "$(host_dir "$1")/root" --network-namespace-path="/run/netns/$machine" --bind-ro="$LAB_CACHE/repo:/srv/aptrepo" \
      --resolv-conf=off --timezone=off --link-journal=no --console=pipe
  ) >>"$LAB/log/$1.console" 2>&1 </dev/null &
  disown
  until_ok 10 host_runs "$1" || die "$1 does not start, see $LAB/log/$1.console"
}

# Not by trying to log in: sshd refuses while the host boots, and holds each refusal against the address that tried.
logins_open() { in_host "$1" sh -c 'test ! -e /run/nologin && systemctl -q is-active ssh systemd-user-sessions'; }
wait_for_ssh() {
  until_ok 60 logins_open "$1" || die "$1 does not finish booting, see $LAB/log/$1.console"
  until_ok 20 over_ssh "$1" true || die "$1 does not answer SSH: exec $1 journalctl -u ssh"
}

# What outlived its nspawn, because somebody killed that one, still holds the disks. Nothing else lives in a host's network.
end_orphans() {
  local machine
  machine=$(machine_of "$1")
  [ -e "/run/netns/$machine" ] || return 0
  ip netns pids "$machine" | xargs -r kill -KILL 2>/dev/null || true
}

# Power cut: all stands still, then SIGKILL to init takes every process with it. /run is gone, the page cache is not.
cut_host() {
  local leader pid file
  file=$(host_pid_file "$1")
  if host_runs "$1"; then
    read -r pid <"$file"
    cgroup_freeze "$(machine_of "$1")"
    ! leader=$(leader_of "$1") || kill -KILL "$leader" 2>/dev/null || true
    until_ok 5 pid_gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
  fi
  rm -f "$file"
  end_orphans "$1"
  cgroup_remove "$(machine_of "$1")"
  rmdir "/run/systemd/nspawn/propagate/$(machine_of "$1")" 2>/dev/null || true
}

halt_host() { # an orderly shutdown; shortly after an SSH logout it may hang, so it is cut after 5 s
  local pid
  if host_runs "$1"; then
    read -r pid <"$(host_pid_file "$1")"
    in_host "$1" systemctl poweroff >/dev/null 2>&1 || true
    until_ok 5 pid_gone "$pid" || true
  fi
  cut_host "$1"
}


# Lightning Stream says in its log when it has loaded all there is, once for each of its two LMDBs. Its /healthz says so too,
# but is better left alone just then: a request at the moment of completion can lock it up for good (go-healthz v0.2.0).
sync_ready() {
  local run
  run=$(in_host "$1" systemctl show -p InvocationID --value lightningstream)
  [ "$(in_host "$1" journalctl -q -o cat "_SYSTEMD_INVOCATION_ID=$run" | grep -c 'startup phase completed successfully')" = 2 ]
}
zone_count() { in_host "$1" pdns_control list-zones 2>/dev/null | sed -n 's/^All zonecount: *//p'; }
has_all_zones() { [ "$(zone_count "$1")" = "$ZONES" ]; }
answers() { in_host "$1" sdig "$(address_of "$1")" 53 "z$ZONES.example" SOA | grep "Rcode: 0 " >/dev/null; }
wait_until_serving() {
  until_ok 60 sync_ready "$1" || die "Lightning Stream on $1 is not ready: ssh $1 journalctl -u lightningstream"
  until_ok 60 has_all_zones "$1" || die "$1 serves $(zone_count "$1") zones, not $ZONES"
  until_ok 10 answers "$1" || die "$1 does not answer for z$ZONES.example"
}
