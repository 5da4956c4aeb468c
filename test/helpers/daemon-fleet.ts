import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBucket, type Bucket } from "../../src/simulate/bucket.ts";
import { createHost, type SimulatedHost } from "../../src/simulate/host.ts";
import { openLmdb } from "../../src/simulate/lmdb-file.ts";
import { writeOwned } from "../../src/simulate/ownership.ts";
import { makeRoot } from "../../src/simulate/private-root.ts";
import type { Said } from "../../src/simulate/program.ts";
import { serverConfig, streamConfig } from "../../src/simulate/site.ts";
import { seed } from "../../src/simulate/zones.ts";

/** Simulated hosts without SSH and shells: their daemons, programs and storage alone. */
export interface DaemonFleet extends Disposable {
  readonly bucket: Bucket;
  readonly hosts: readonly SimulatedHost[];
  host(name: string): SimulatedHost;
  ask(host: string, line: string): Promise<Said>;
}

export const LMDB = "/var/lib/powerdns/pdns.lmdb";

export function daemonFleet(count: number, of: { boot?: boolean } = {}): DaemonFleet {
  const folder = mkdtempSync(join(tmpdir(), "runbook-daemons-"));
  const bucket = createBucket(join(folder, "bucket"));
  const stored = seed(4);
  const hosts = Array.from({ length: count }, (_, index) => {
    const name = `ns${index + 1}`;
    const root = join(folder, name);
    makeRoot(root, name);
    const host = createHost({
      name,
      root,
      bucket,
      address: "127.0.0.1",
      repository: { isAway: false },
      pollMs: 10,
      suites: ["auth-49", "auth-51"],
      heard: () => undefined,
    });
    writeOwned(host.path("/etc/powerdns/pdns.conf"), serverConfig());
    writeOwned(host.path("/etc/lightningstream.yml"), streamConfig(name, "v5"));
    for (const [path, content] of [
      [LMDB, stored.main],
      [`${LMDB}-0`, stored.shard],
    ] as const) {
      const file = openLmdb(host.path(path), "create");
      if (file.kind === "trouble") throw new Error(file.words);
      file.write(content);
      file.close();
    }
    if (of.boot !== false) host.boot();
    return host;
  });
  const hostNamed = (name: string): SimulatedHost => {
    const found = hosts.find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no host ${name}`);
    return found;
  };
  return {
    bucket,
    hosts,
    host: hostNamed,
    ask: async (name, line) => {
      const host = hostNamed(name);
      const [program = "", ...words] = line.split(" ").filter((word) => word !== "");
      const environment = new Map([["PWD", "/"]]);
      const path = (inside: string): string => host.path(inside);
      return await host.program(program)({
        program,
        words,
        user: "root",
        stdin: "",
        environment,
        path,
      });
    },
    [Symbol.dispose]: () => {
      for (const host of hosts) host.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
