# shellcheck shell=bash
# A control group of its own for each host. nspawn with --keep-unit builds on the group it is started in; hosts started
# from the same group would share one tree, and their systemds would remove each other's services from under them.

# The mount points that matter: control groups version 2, and systemd's own tree where version 1 is still in use.
cgroup_mounts() { awk '$3 == "cgroup2" || ($3 == "cgroup" && $4 ~ /name=systemd/) { print $2 }' /proc/mounts; }

cgroup_remove() { # MACHINE. Groups that a dead host left behind; empty, or rmdir refuses
  local mount
  while read -r mount; do
    [ ! -d "$mount/$1" ] || find "$mount/$1" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done < <(cgroup_mounts)
}

# Everything on the host stands still at once. A host whose init dies first has a moment in which its programs fail and say
# so, which no power cut has.
cgroup_freeze() { # MACHINE
  local mount
  while read -r mount; do
    [ ! -e "$mount/$1/payload/cgroup.freeze" ] || echo 1 >"$mount/$1/payload/cgroup.freeze"
  done < <(cgroup_mounts)
}

cgroup_enter() { # MACHINE. Moves the calling shell, and with it whatever it starts
  local mount
  while read -r mount; do
    mkdir -p "$mount/$1"
    echo "$BASHPID" >"$mount/$1/cgroup.procs"
  done < <(cgroup_mounts)
}
