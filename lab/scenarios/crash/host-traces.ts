/** What the hosts themselves remember of a run: asked there, not read from our journal. */
import { type FSWatcher, watch } from "node:fs";
import { join } from "node:path";
import type { HostName } from "../support/lab.ts";
import { HOSTS, LAB, onHost } from "../support/lab.ts";

/** One transaction of apt that changed a pdns package: its direction, in the order in which they happened. */
export async function transactions(host: HostName): Promise<readonly string[]> {
  const text = await onHost(host, "cat /var/log/apt/history.log 2>/dev/null || true");
  return text.split("\n").flatMap((line) => {
    const found = /^(Upgrade|Downgrade|Reinstall): .*pdns-server/.exec(line);
    return found?.[1] === undefined ? [] : [found[1]];
  });
}

/** Jobs that ran as units of their own since the host was booted, by task and name, in order. */
export async function jobsStarted(host: HostName): Promise<readonly string[]> {
  const text = await onHost(host, "journalctl -q -o cat _PID=1");
  return text.split("\n").flatMap((line) => {
    const found = /^Started runbook-\w+\.service - [^~]+~(.+?)%40[^~]*\.\d+~~(.+)\.$/.exec(line);
    return found ? [`${found[1]} ${found[2]}`] : [];
  });
}

/** All of the way forward, each of which must have been started once. */
export const JOBS_FORWARD = [
  "1.2 units",
  "2.2 units",
  "packages packages",
  "2.6 units",
  "3.1 units",
];

/** How often systemd started a unit since the host was booted. */
export async function starts(host: HostName, unit: string): Promise<number> {
  return Number(
    await onHost(host, `journalctl -q -o cat _PID=1 | grep -c '^Started ${unit}.service' || true`),
  );
}

/** What of ours is on a host, without the run's id: files, holds, transient units, jobs' processes. */
export async function footprint(host: HostName): Promise<readonly string[]> {
  const text = await onHost(
    host,
    `find /var/lib/runbook -mindepth 1 ! -path '/var/lib/runbook/packages/*.sha256'
     find /var/lib/powerdns -mindepth 1 -path '*runbook*'
     find /etc/systemd /run/systemd -path '*.d/*' -exec grep -il runbook {} + || true
     find /etc /root /tmp /var/tmp /home /opt /srv/home -xdev -name '*runbook*' 2>/dev/null || true
     systemctl list-units --all --plain --no-legend 'runbook*'
     ps -eo args | grep -F /var/lib/runbook | grep -vF grep || true`,
  );
  const lines = text
    .split("\n")
    .map((line) => line.replaceAll(/\d{8}-\d{6}-\w{6}(-\d{8}-\d{6})?/g, "RUN"))
    // A removal that was cut short may go on in another folder. Lock files come and go with whoever looks into an LMDB.
    .map((line) => line.replace(/(runbook-removed\/RUN)\.\d+/, "$1"))
    .filter((line) => line !== "" && !/runbook-removed\/.*-lock$/.test(line));
  return [...new Set(lines)].toSorted();
}

/** All that may be left of ours after an upgrade: kept packages and the backup. */
export const KEPT: readonly string[] = [
  "/var/lib/powerdns/runbook-backup",
  "/var/lib/powerdns/runbook-backup/RUN",
  "/var/lib/powerdns/runbook-backup/RUN/pdns.lmdb",
  "/var/lib/powerdns/runbook-backup/RUN/pdns.lmdb-0",
  "/var/lib/runbook/jobs",
  "/var/lib/runbook/lock",
  "/var/lib/runbook/packages",
  "/var/lib/runbook/packages/.new",
  "/var/lib/runbook/packages/pdns-backend-lmdb_4.9.17-0+deb13u1_amd64.deb",
  "/var/lib/runbook/packages/pdns-server_4.9.17-0+deb13u1_amd64.deb",
  "/var/lib/runbook/packages/pdns-tools_4.9.17-0+deb13u1_amd64.deb",
];

/** The same after the way back, which moves the new LMDB aside and deletes nothing. */
export const KEPT_AFTER_ROLLBACK: readonly string[] = [
  ...KEPT,
  "/var/lib/powerdns/runbook-removed",
  "/var/lib/powerdns/runbook-removed/RUN",
  "/var/lib/powerdns/runbook-removed/RUN/pdns.lmdb",
  "/var/lib/powerdns/runbook-removed/RUN/pdns.lmdb-0",
].toSorted();

export async function footprints(): Promise<Readonly<Record<string, readonly string[]>>> {
  const found: Record<string, readonly string[]> = {};
  for (const host of HOSTS) found[host] = await footprint(host);
  return found;
}

export async function ofEveryHost<T>(
  look: (host: HostName) => Promise<T>,
): Promise<Readonly<Record<string, T>>> {
  const found: Record<string, T> = {};
  for (const host of HOSTS) found[host] = await look(host);
  return found;
}

export const onEveryHost = <T>(value: T): Readonly<Record<string, T>> =>
  Object.fromEntries(HOSTS.map((host) => [host, value]));

/** Counts how often a file of a host is replaced, from the outside: the program writes beside it and renames. */
export interface Replacements extends Disposable {
  readonly count: number;
  /** Called at each replacement, at once. */
  onNext(act: () => void): void;
}

export function replacementsOf(host: HostName, folder: string, name: string): Replacements {
  const acts: (() => void)[] = [];
  let count = 0;
  const watcher: FSWatcher = watch(hostPath(host, folder), (kind, changed) => {
    if (kind !== "rename" || changed !== name) return;
    count += 1;
    for (const act of acts.splice(0)) act();
  });
  return {
    get count() {
      return count;
    },
    onNext: (act) => void acts.push(act),
    [Symbol.dispose]: () => watcher.close(),
  };
}

/** Where a file of a host is seen from this machine. */
export function hostPath(host: HostName, path: string): string {
  return join(LAB, "hosts", host, "root", path);
}

/** Returns when dpkg itself is at work on the host. */
export async function dpkgWorks(host: HostName): Promise<void> {
  await onHost(host, "until pgrep -x dpkg >/dev/null; do sleep 0.01; done");
}
