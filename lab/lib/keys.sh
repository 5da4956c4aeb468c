# shellcheck shell=bash
# SSH: one key for both users, a host key per host, known_hosts that names both the host and its address.

provide_keys() {
  local host
  [ -e "$LAB/ssh/id" ] || ssh-keygen -q -t ed25519 -N '' -C lab -f "$LAB/ssh/id"
  : >"$LAB/ssh/known_hosts"
  for host in "${HOSTS[@]}"; do
    [ -e "$LAB/ssh/host_$host" ] || ssh-keygen -q -t ed25519 -N '' -C "root@$host" -f "$LAB/ssh/host_$host"
    echo "$host,$(address_of "$host") $(cut -d' ' -f1,2 "$LAB/ssh/host_$host.pub")" >>"$LAB/ssh/known_hosts"
  done
  {
    for host in "${HOSTS[@]}"; do printf 'Host %s\n  HostName %s\n' "$host" "$(address_of "$host")"; done
    cat <<C
Host *
  User ops
  IdentityFile $LAB/ssh/id
  IdentitiesOnly yes
  UserKnownHostsFile $LAB/ssh/known_hosts
  StrictHostKeyChecking yes
  ConnectTimeout 5
  LogLevel ERROR
C
  } >"$LAB/ssh/config"
}

install_host_key() { # HOST
  local ssh
  ssh=$(host_dir "$1")/root/etc/ssh
  install -m600 "$LAB/ssh/host_$1" "$ssh/ssh_host_ed25519_key"
  install -m644 "$LAB/ssh/host_$1.pub" "$ssh/ssh_host_ed25519_key.pub"
}
