/** A run with everything in it that a report must tell, on hosts that are folders: real changes, outputs, a failure, a way back. */
import type { PrivateFleet } from "./private-fleet.ts";
import { startFleet } from "./private-fleet.ts";

export const EVIL =
  "</pre></details><script>document.title='owned'</script><img src=x onerror=alert(1)>\u001b[31m\u202e&amp;\"'";

const PLAYBOOK = `
runbook: 1
name: New release of the name servers
hosts: all
inputs:
  release: { type: string, required: true, description: what to install }
  api_token: { type: string, default: tell-nobody-7, description: for the balancer }
rollout: { batches: [1, 2], max_failures: 0, on_failure: rollback_host }
before_host:
  - name: Out of service
    file: { path: "{{ root }}/drained", state: touch }
phases:
  - name: Prepare
    rest: true
    tasks:
      - name: Room on the disk
        command: echo 5120 MB free
        read_only: true
        register: room
      - name: Keep the old configuration
        copy: { src: pdns.conf.old, dest: "{{ root }}/pdns.conf" }
  - name: Install
    tasks:
      - name: The configuration
        copy: { content: "# {{ release }}\\nlaunch=lmdb\\nlmdb-filename=/var/lib/powerdns/pdns.lmdb\\nlmdb-sync-mode=sync\\nsecret={{ api_token }}\\n", dest: "{{ root }}/pdns.conf" }
      - name: Say the release
        shell: "printf '%s\\\\n' \\"release {{ release }} on $HOME\\" tell-nobody-7; cat {{ root }}/banner 2>/dev/null; true"
        inverse: none
      - name: Hidden work
        no_log: true
        copy: { content: "password=hush-hush\\n", dest: "{{ root }}/hidden" }
      - name: Answers for its zones
        command: "test ! -e {{ root }}/broken"
        inverse: none
  - name: Together
    scope: fleet
    incomplete: run
    tasks:
      - name: Everywhere
        debug: { msg: "all of {{ release }}" }
after_host:
  - name: In service
    file: { path: "{{ root }}/drained", state: absent }
`;

export const HOSTS = ["ns1", "ns2", "ns3", "ns4", "ns5"] as const;

/** ns2 fails and goes back; ns1 has printed what nobody should obey. The journal is the only one there. */
export async function startReportedRun(): Promise<PrivateFleet> {
  const fleet = await startFleet(HOSTS);
  fleet.file("upgrade.yaml", PLAYBOOK);
  fleet.file("pdns.conf.old", "# 4.9\nlaunch=lmdb\nlmdb-filename=/var/lib/powerdns/pdns.lmdb\n");
  fleet.host("ns1").write("banner", EVIL);
  fleet.host("ns2").write("broken", "yes");
  const { code, err, out } = await fleet.runbook([
    ...["apply", "-i", "hosts.ini", "upgrade.yaml", "-e", "release=5.0.1", "--yes"],
  ]);
  if (code !== 10 && code !== 2) throw new Error(`it ended ${code}: ${out}${err}`);
  return fleet;
}
