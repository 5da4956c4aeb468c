# shellcheck shell=bash
# One bridge per lab, one network namespace with eth0 per host. Addresses are set from outside, so they outlast a
# reboot of the host, and so do the packet filters of faults.sh.

network_owner() { cat "/sys/class/net/$BRIDGE/ifalias" 2>/dev/null || true; }

require_network() { # fails when another lab has our addresses
  local owner
  owner=$(network_owner)
  [ -z "$owner" ] || [ "$owner" = "$LAB" ] ||
    die "the network $LAB_NET.0/24 belongs to the lab in $owner: choose another LAB_NET"
}

network_up() {
  local host machine
  require_network
  if [ ! -e "/sys/class/net/$BRIDGE" ]; then
    ip link add "$BRIDGE" type bridge
    ip link set "$BRIDGE" alias "$LAB"
  fi
  ip addr replace "$LAB_NET.1/24" dev "$BRIDGE"
  ip link set "$BRIDGE" up
  for host in "${HOSTS[@]}"; do
    machine=$(machine_of "$host")
    [ ! -e "/run/netns/$machine" ] || continue
    ip netns add "$machine"
    ip link add "$machine" type veth peer name eth0 netns "$machine"
    ip link set "$machine" master "$BRIDGE" up
    ip -n "$machine" link set lo up
    ip -n "$machine" addr add "$(address_of "$host")/24" dev eth0
    ip -n "$machine" link set eth0 up
  done
}

network_heal() { # takes back what the network faults did
  local host machine
  for host in "${HOSTS[@]}"; do
    machine=$(machine_of "$host")
    ip link set "$machine" up
    in_network "$host" nft flush ruleset
  done
}

network_down() {
  local host machine
  [ "$(network_owner)" = "$LAB" ] || return 0
  for host in "${HOSTS[@]}"; do
    machine=$(machine_of "$host")
    # the kernel frees a namespace, and the veth in it, only some time later: so the veth goes first
    ip link del "$machine" 2>/dev/null || true
    [ ! -e "/run/netns/$machine" ] || ip netns del "$machine"
  done
  ip link del "$BRIDGE"
}

# in_network HOST COMMAND...: a program of this machine, with the host's network
in_network() {
  local machine
  machine=$(machine_of "$1")
  shift
  nsenter --net="/run/netns/$machine" -- "$@"
}
