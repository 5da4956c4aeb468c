# shellcheck shell=bash
# The inventory an operator would have: groups, group_vars with comments and odd spacing, secrets in a vault.

write_inventory() {
  local dir=$LAB/inventory
  rm -rf "$dir"
  mkdir -p "$dir/group_vars/all"
  inventory_hosts ops '' >"$dir/hosts.ini"
  # the quotes end up in Ansible's value parser, which takes them off
  inventory_hosts opspw "ansible_become_password='{{ vault_become_password }}'" >"$dir/hosts-pw.ini"
  cat >"$dir/group_vars/all/main.yml" <<C
---
ansible_ssh_private_key_file: $LAB/ssh/id
ansible_ssh_common_args: "-o UserKnownHostsFile=$LAB/ssh/known_hosts -o StrictHostKeyChecking=yes"
ansible_become: true
C
  (umask 077 && echo "$VAULT_PASSWORD" >"$dir/.vault_pass")
  node "$LAB_LIB/vault-encrypt.mjs" "$dir/.vault_pass" <<C | install -m600 /dev/stdin "$dir/group_vars/all/vault.yml"
---
vault_s3_secret_key: $S3_SECRET
vault_become_password: $SUDO_PASSWORD
C
  name_servers_vars >"$dir/group_vars/dns_auth.yml"
}

inventory_hosts() { # USER EXTRA-VARIABLE
  local host
  echo '[dns_auth]'
  for host in "${HOSTS[@]}"; do echo "$host ansible_host=$(address_of "$host") powerdns_lightningstream_instance=$host"; done
  printf '\n[dns_auth:vars]\nansible_user=%s\n' "$1"
  [ -z "$2" ] || echo "$2"
}

# Comments, quotes and spacing are uneven on purpose: a tool that edits this file may touch nothing but its value.
name_servers_vars() {
  cat <<C
---
# Authoritative name servers.   Owner: dns team
#
# pdns: roles/powerdns, lightning stream: roles/lightningstream
pdns_install_repo:
  name:  $SUITE_OLD
  apt_repo: "deb [trusted=yes] file:/srv/aptrepo $SUITE_OLD/"
pdns_package_version: '$VERSION_OLD'      # pinned; the next train is $VERSION_NEW
pdns_service_name: pdns
pdns_config_dir:   /etc/powerdns

pdns_backends: { lmdb: { filename: $LMDB, shards: 1, "lightning-stream": true, map-size: 100 } }


powerdns_lightningstream_http:
    address: "127.0.0.1:8500"

powerdns_lightningstream_storage:
    type: s3
    options:
        access_key:  "$S3_KEY"
        secret_key: "{{ vault_s3_secret_key }}"     # global_prefix: is not a secret, this is
        bucket:      $BUCKET
        region: 'us-east-1'
C
  [ "$LAB_PREFIX" = absent ] || cat <<C
        # LMDB schema version of the servers (was 'v4' until 2024)
        global_prefix:   '$LAB_PREFIX'   # keep in step with the package!
C
  cat <<C
        endpoint_url: http://$LAB_NET.1:$S3_PORT
    cleanup: {enabled: no}

# vim: set ts=4:
C
}
