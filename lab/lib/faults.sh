# shellcheck shell=bash
# Ways to break a lab. All are undone by `reset`, those of network, S3 and disk also by `fault heal`.

fault_usage() {
  cat <<'U'
usage: npm run lab -- fault NAME [HOST] [ARGUMENT]

  power-cut HOST            everything stands still, then is killed; its /run is gone
  boot HOST                 boot it again, wait for SSH
  power-cycle HOST          both
  ssh-drop HOST             kill the SSH sessions that are open now; their commands live on, sshd stays
  ssh-block HOST            drop port 22 silently: open sessions hang       (ssh-unblock HOST)
  link-down HOST            pull the network cable                          (link-up HOST)
  s3-stop                   S3 gone for all, connection refused             (s3-start)
  s3-block HOST             S3 silent for one host                          (s3-unblock HOST)
  disk-fill HOST [LEAVE]    fill the volume of the LMDB, leave LEAVE KiB    (disk-free HOST)
  kill-daemon HOST UNIT     SIGKILL to the main process of pdns or lightningstream; systemd may restart it
  prefix HOST PREFIX        write another prefix ('absent': none) into the host's configuration, restart Lightning Stream
  poison HOST [PREFIX]      the same on an upgraded host with the old prefix (v5): spoils that prefix
  too-early HOST [PREFIX]   the same on a host not upgraded with the new prefix (v6): spoils that host
  foreign-snapshot [PREFIX] [SCHEMA]   put an old snapshot of an unknown instance under PREFIX (v6) that says SCHEMA (6);
                            too old to change any host that loads it
  host-key HOST             give the host another SSH host key              (host-key-restore HOST)
  sudo-password HOST [NEW]  change the sudo password of opspw
  heal                      undo what was done to network, S3 and disks

Not possible here: another clock for one host (containers have the clock of the machine), the loss of what was written
but not yet on disk (the page cache is the machine's).
U
}

verb_fault() {
  local name=${1:-} host=${2:-} argument=${3:-}
  case $name in
    '' | help) fault_usage ;;
    clock) die "containers have the clock of the machine below: one host's clock cannot be changed in this lab" ;;
    s3-stop | s3-start | heal)
      require_up
      "fault_$name"
      ;;
    foreign-snapshot)
      require_up
      fault_foreign-snapshot "${2:-v6}" "${3:-6}"
      ;;
    *)
      declare -F "fault_$name" >/dev/null || {
        fault_usage >&2
        die "no such fault: $name"
      }
      require_up
      known_host "$host"
      "fault_$name" "$host" "$argument"
      ;;
  esac
}

fault_power-cut() { cut_host "$1"; }
fault_boot() {
  boot_host "$1"
  wait_for_ssh "$1"
}
fault_power-cycle() {
  cut_host "$1"
  fault_boot "$1"
}

# sshd-session comes in pairs, and the listener has another name
fault_ssh-drop() { in_host "$1" pkill -KILL -x sshd-session || die "$1 has no open SSH session"; }

# Rules live in the host's network, but are set from outside.
drop_packets() { # HOST TABLE HOOK MATCH
  in_network "$1" nft -f - <<N
table inet $2 {}
flush table inet $2
table inet $2 {
  chain c {
    type filter hook $3 priority 0
    $4 drop
  }
}
N
}
undrop_packets() { in_network "$1" nft delete table inet "$2" 2>/dev/null || say "nothing to undo on $1"; }

fault_ssh-block() { drop_packets "$1" lab_ssh input 'tcp dport 22'; }
fault_ssh-unblock() { undrop_packets "$1" lab_ssh; }
fault_s3-block() { drop_packets "$1" lab_s3 output "tcp dport $S3_PORT"; }
fault_s3-unblock() { undrop_packets "$1" lab_s3; }
fault_link-down() { ip link set "$(machine_of "$1")" down; }
fault_link-up() { ip link set "$(machine_of "$1")" up; }
fault_s3-stop() { s3_stop; }
fault_s3-start() { s3_start; }

# Written from outside, as root: nothing is reserved on this file system, so pdns meets ENOSPC at once.
fault_disk-fill() {
  local volume leave=${2:-0} free
  volume=$(host_dir "$1")/root$LMDB_DIR
  [[ $leave =~ ^[0-9]+$ ]] || die "disk-fill wants the KiB to leave free, not '$leave'"
  free=$(df --output=avail -k "$volume" | tail -1)
  [ "$free" -gt "$leave" ] || die "$1 has only $free KiB free"
  dd if=/dev/zero of="$volume/FILL" bs=1k count="$((free - leave))" conv=fsync status=none 2>/dev/null || true
  df -h "$volume" | tail -1
}
fault_disk-free() { rm -f "$(host_dir "$1")/root$LMDB_DIR/FILL"; }

fault_kill-daemon() {
  [[ ${2:-} =~ ^(pdns|lightningstream)$ ]] || die "kill-daemon wants pdns or lightningstream"
  in_host "$1" systemctl kill -s KILL --kill-whom=main "$2"
}

fault_prefix() {
  local file=$LS_CONFIG
  [[ ${2:-} =~ ^[A-Za-z0-9./-]+$ ]] || die "prefix wants a prefix, or 'absent'"
  if [ "$2" = absent ]; then
    in_host "$1" sed -i -E '/^ *global_prefix:/d' "$file"
  elif in_host "$1" grep -q "^ *global_prefix:" "$file"; then
    in_host "$1" sed -i -E "s#^( *global_prefix:).*#\1 $2#" "$file"
  else
    in_host "$1" sed -i -E "s#^( *)endpoint_url:.*#&\n\1global_prefix: $2#" "$file"
  fi
  in_host "$1" systemctl restart lightningstream
}
fault_poison() { fault_prefix "$1" "${2:-v5}"; }
fault_too-early() { fault_prefix "$1" "${2:-v6}"; }

# A copy of a host's LMDB, its schema version rewritten with a time stamp near 1970, which loses every merge.
fault_foreign-snapshot() { # PREFIX SCHEMA
  local host before after
  [[ $1 =~ ^[A-Za-z0-9.-]+$ ]] || die "foreign-snapshot wants a prefix, or 'absent'"
  [[ $2 =~ ^[0-9]+$ ]] || die "foreign-snapshot wants a schema version, not '$2'"
  for host in "${HOSTS[@]}"; do ! leader_of "$host" >/dev/null || break; done
  before=$(find "$LAB/s3/$BUCKET" -name '*__stranger__*' | wc -l)
  in_host "$host" runuser -u pdns -- bash -es -- "$1" "$(printf '%08x' "$2")" "$LS_CONFIG" "$LMDB" <<'H'
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    mdb_copy -n "$4" "$work/main"
    mdb_copy -n "$4-0" "$work/shard"
    printf '%s\n' VERSION=3 format=bytevalue database=pdns type=btree HEADER=END \
      ' 736368656d6176657273696f6e' " 000000000000000100000000000000010000000000000000$2" DATA=END >"$work/dump"
    mdb_load -n -f "$work/dump" -s pdns "$work/main" 2>/dev/null
    sed -E -e '/global_prefix:/d' -e "s#path: $4-0\$#path: $work/shard#" -e "s#path: $4\$#path: $work/main#" \
      -e '/^http:/,$d' "$3" >"$work/ls.yml"
    [ "$1" = absent ] || sed -i -E "s#^( *)endpoint_url:.*#&\n\1global_prefix: $1#" "$work/ls.yml"
    lightningstream --timeout 20s --instance stranger -c "$work/ls.yml" sync --only-once 2>"$work/log" || { tail -5 "$work/log" >&2; exit 1; }
H
  after=$(find "$LAB/s3/$BUCKET" -name '*__stranger__*' | wc -l)
  [ "$after" -gt "$before" ] || die "no snapshot was written"
}

fault_host-key() {
  local made
  made=$(mktemp -d)
  ssh-keygen -q -t ed25519 -N '' -C "root@$1" -f "$made/key"
  install -m600 "$made/key" "$(host_dir "$1")/root/etc/ssh/ssh_host_ed25519_key"
  install -m644 "$made/key.pub" "$(host_dir "$1")/root/etc/ssh/ssh_host_ed25519_key.pub"
  rm -r "$made"
  in_host "$1" systemctl restart ssh
}
fault_host-key-restore() {
  install_host_key "$1"
  in_host "$1" systemctl restart ssh
}

fault_sudo-password() { in_host "$1" chpasswd <<<"opspw:${2:-changed-by-the-lab}"; }

fault_heal() {
  network_heal
  s3_start
  for_all fault_disk-free
}
