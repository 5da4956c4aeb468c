# shellcheck shell=bash
# Everything in a host that depends on the lab it is in: names, addresses, keys, the two configuration files.
# Written into the mounted root while the host is off, over the seed that all labs share.

base_id() { awk -F: -v name="$1" '$1==name{print $3}' "$LAB_CACHE/base/etc/passwd"; } # the group has the same number
base_gid() { awk -F: -v name="$1" '$1==name{print $3}' "$LAB_CACHE/base/etc/group"; }

configure_host() { # HOST
  local host=$1 root peer user id pdns suite
  root=$(host_dir "$host")/root
  pdns=$(base_gid pdns)
  echo "$host" >"$root/etc/hostname"
  {
    echo "127.0.0.1 localhost"
    for peer in "${HOSTS[@]}"; do echo "$(address_of "$peer") $peer"; done
  } >"$root/etc/hosts"
  install_host_key "$host"
  for user in ops opspw; do
    id=$(base_id "$user")
    install -d -m700 -o "$id" -g "$id" "$root/home/$user/.ssh"
    install -m600 -o "$id" -g "$id" "$LAB/ssh/id.pub" "$root/home/$user/.ssh/authorized_keys"
  done
  # Two suites, as a vendor has them. With both listed `apt-get upgrade` would upgrade PowerDNS: a real hazard, kept.
  for suite in "$SUITE_OLD" $([ "$LAB_SOURCES" = old ] || echo "$SUITE_NEW"); do
    echo "deb [trusted=yes] file:/srv/aptrepo $suite/"
  done >"$root/etc/apt/sources.list.d/pdns.list"
  pdns_config "$host" | install -m640 -o 0 -g "$pdns" /dev/stdin "$root/etc/powerdns/pdns.conf"
  lightningstream_config "$host" | install -m640 -o 0 -g "$pdns" /dev/stdin "$root$LS_CONFIG"
  chown "$(base_id pdns):$pdns" "$root$LMDB_DIR"
  chmod 755 "$root$LMDB_DIR"
}

pdns_config() { # HOST. pdns.conf is a dpkg conffile: edited like this, a careless package upgrade stops half way
  cat <<C
# Ansible managed
launch=lmdb
lmdb-filename=$LMDB
lmdb-shards=1
lmdb-lightning-stream=yes
lmdb-map-size=100
local-address=127.0.0.1, $(address_of "$1")
api=yes
api-key=$API_KEY
webserver-address=127.0.0.1
webserver-port=8081
security-poll-suffix=
C
}

lightningstream_config() { # HOST
  cat <<C
# Ansible managed: roles/lightningstream/templates/lightningstream.yml.j2
instance: $1

lmdbs:
  main:
    path: $LMDB
    schema_tracks_changes: true
    options: {no_subdir: true, create: true, map_size: 100MB, file_mask: 0600}
  shard:
    path: $LMDB-0
    schema_tracks_changes: true
    options: {no_subdir: true, create: true, map_size: 100MB, file_mask: 0600}

storage:
  type: s3
  options:
    access_key: $S3_KEY
    secret_key: "$S3_SECRET"   # from the vault
    region: us-east-1
    bucket: $BUCKET
    endpoint_url: http://$LAB_NET.1:$S3_PORT
C
  [ "$LAB_PREFIX" = absent ] || printf '    # must be the LMDB schema version of the server\n    global_prefix: %s\n' "$LAB_PREFIX"
  cat <<'C'

http:
  address: "127.0.0.1:8500"
C
}
