/** What an operator of the fleet would have written: the configuration of its hosts, and an Ansible inventory. */

export function serverConfig(): string {
  return `# Ansible managed
launch=lmdb
lmdb-filename=/var/lib/powerdns/pdns.lmdb
lmdb-shards=1
lmdb-lightning-stream=yes
lmdb-map-size=100
api=yes
api-key=labkey
webserver-address=127.0.0.1
webserver-port=8081
`;
}

export function streamConfig(instance: string, prefix: string): string {
  return `# Ansible managed: roles/lightningstream/templates/lightningstream.yml.j2
instance: ${instance}

lmdbs:
  main:
    path: /var/lib/powerdns/pdns.lmdb
    schema_tracks_changes: true
    options: {no_subdir: true, create: true, map_size: 100MB, file_mask: 0600}
  shard:
    path: /var/lib/powerdns/pdns.lmdb-0
    schema_tracks_changes: true
    options: {no_subdir: true, create: true, map_size: 100MB, file_mask: 0600}

storage:
  type: s3
  options:
    access_key: simulated
    secret_key: "simulated"
    region: us-east-1
    bucket: lsbucket
    endpoint_url: http://s3.simulated
${prefix === "" ? "" : `    # must be the LMDB schema version of the server\n    global_prefix: ${prefix}\n`}
http:
  address: "127.0.0.1:8500"
`;
}

export interface Site {
  readonly hosts: readonly {
    readonly name: string;
    readonly address: string;
    readonly port: number;
  }[];
  readonly prefix: string;
  readonly key: string;
  readonly knownHosts: string;
}

/** Comments, quotes and spacing are uneven on purpose: a tool that edits this may touch nothing but its value. */
export function inventoryFiles(site: Site): { readonly [path: string]: string } {
  const hosts = site.hosts.map(
    ({ name, address, port }) =>
      `${name} ansible_host=${address} ansible_port=${port} powerdns_lightningstream_instance=${name}\n`,
  );
  return {
    "hosts.ini": `[dns_auth]\n${hosts.join("")}\n[dns_auth:vars]\nansible_user=ops\n`,
    "group_vars/all/main.yml": `---
ansible_ssh_private_key_file: ${site.key}
ansible_ssh_common_args: "-o UserKnownHostsFile=${site.knownHosts} -o StrictHostKeyChecking=yes"
ansible_become: true
`,
    "group_vars/dns_auth.yml": `---
# Authoritative name servers.   Owner: dns team
pdns_package_version: '4.9.17-0+deb13u1'      # pinned; the next train is 5.1.5-1

powerdns_lightningstream_storage:
    type: s3
    options:
        access_key:  "simulated"
        bucket:      lsbucket
        region: 'us-east-1'
${site.prefix === "" ? "" : `        # LMDB schema version of the servers (was 'v4' until 2024)\n        global_prefix:   '${site.prefix}'   # keep in step with the package!\n`}        endpoint_url: http://s3.simulated
    cleanup: {enabled: no}
`,
  };
}
