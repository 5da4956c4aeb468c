import { existsSync, readFileSync } from "node:fs";
import { snapshotName } from "./bucket.ts";
import { nowInNanoseconds } from "./entry.ts";
import type { Fleet, FleetHost } from "./fleet.ts";
import { writeOwned } from "./ownership.ts";
import type { Asked } from "./program.ts";
import { SERVER_CONFIG } from "./server-daemon.ts";
import { withSchema } from "./zones.ts";

/** What a fault may do to whoever runs the fleet. */
export interface Controller {
  kill(): void;
}

export interface Fault {
  readonly name: string;
  readonly summary: string;
  /** Breaks it now, or arms what breaks it in the middle of a run. */
  inject(fleet: Fleet, controller: Controller): void;
}

const second = (fleet: Fleet): FleetHost => {
  const host = fleet.hosts[1] ?? fleet.hosts[0];
  if (host === undefined) throw new Error("a fleet without hosts has no faults");
  return host;
};

const installs = ({ program, words }: Asked): boolean =>
  program === "apt-get" &&
  words[0] === "install" &&
  !words.includes("-s") &&
  !words.includes("--download-only") &&
  !words.includes("--print-uris");

/** Once, on the second host, when its shell asks for something. */
function when(fleet: Fleet, asks: (asked: Asked) => boolean, act: (host: FleetHost) => void): void {
  const host = second(fleet);
  let isOver = false;
  fleet.watch((of, asked) => {
    if (isOver || of !== host || !asks(asked)) return;
    isOver = true;
    act(host);
  });
}

const starts =
  (unit: string) =>
  ({ program, words }: Asked): boolean =>
    program === "systemctl" && words[0] === "start" && words.some((word) => word.startsWith(unit));

export const FAULTS: readonly Fault[] = [
  {
    name: "controller-killed",
    summary: "the controller is killed while the second host's packages are upgraded",
    inject: (fleet, controller) => when(fleet, installs, () => controller.kill()),
  },
  {
    name: "connection-lost",
    summary: "every connection of the second host breaks while its packages are upgraded",
    inject: (fleet) => when(fleet, installs, (host) => host.ssh.drop()),
  },
  {
    name: "power-cut",
    summary: "the second host loses power when its server has been held, and boots again",
    inject: (fleet) =>
      when(
        fleet,
        ({ program }) => program === "mdb_copy",
        (host) => fleet.powerCycle(host.name, 1000),
      ),
  },
  {
    name: "dpkg-interrupted",
    summary: "dpkg is cut on the second host with its packages half unpacked",
    inject: (fleet) => {
      second(fleet).packages.interruptAfter = 2;
    },
  },
  {
    name: "storage-away",
    summary:
      "the storage refuses connections for three seconds when Lightning Stream starts on the second host",
    inject: (fleet) =>
      when(fleet, starts("lightningstream"), () => {
        fleet.bucket.trouble = "refuses";
        setTimeout(() => {
          fleet.bucket.trouble = undefined;
        }, 3000);
      }),
  },
  {
    name: "storage-hangs",
    summary: "the storage swallows everything from the beginning",
    inject: ({ bucket }) => {
      bucket.trouble = "hangs";
    },
  },
  {
    name: "schema-demanded",
    summary: "the second host demands schema 5 of its server (lmdb-schema-version)",
    inject: (fleet) => demandOldSchema(second(fleet)),
  },
  {
    name: "server-refuses",
    summary:
      "somebody makes the second host demand schema 5 in the middle of the run: its new server does not start",
    inject: (fleet) => when(fleet, installs, demandOldSchema),
  },
  {
    name: "upgraded-early",
    summary:
      "somebody upgraded the second host by hand: the old prefix is poisoned, and every LMDB with it",
    inject: (fleet) => {
      const host = second(fleet);
      for (const [name, one] of host.packages.installed) {
        host.packages.installed.set(name, { ...one, version: "5.1.5-1" });
      }
      host.unit("pdns").restart();
    },
  },
  {
    name: "prefix-too-early",
    summary: "the second host's Lightning Stream is on the new prefix already",
    inject: (fleet) => {
      const host = second(fleet);
      const file = host.path("/etc/lightningstream.yml");
      writeOwned(
        file,
        readFileSync(file, "utf8").replace(/global_prefix: .*/, "global_prefix: v6"),
        0o640,
      );
      host.unit("lightningstream").restart();
    },
  },
  {
    name: "foreign-snapshot",
    summary: "the new prefix holds a snapshot of somebody who is not in the fleet",
    inject: ({ bucket }) => {
      const [name] = bucket.list("v5main__");
      const known = name === undefined ? undefined : bucket.get(name);
      if (known === undefined) throw new Error("no host has stored anything yet");
      const object = snapshotName("main", "old-ns9", nowInNanoseconds());
      bucket.put({ name: `v6${object}`, content: withSchema(known.content, 6) });
    },
  },
  {
    name: "repository-away",
    summary: "no package can be downloaded",
    inject: ({ repository }) => {
      repository.isAway = true;
    },
  },
  {
    name: "disk-full",
    summary: "the second host's disk has no room for a copy",
    inject: (fleet) =>
      program(
        second(fleet),
        "df",
        `printf 'Filesystem 1024-blocks Used Available Capacity Mounted on\\n/dev/simulated 100 99 1 99%% /\\n'`,
      ),
  },
  {
    name: "clock-skew",
    summary: "the second host's clock is five minutes ahead",
    inject: (fleet) =>
      program(
        second(fleet),
        "date",
        `PATH=/usr/bin:/bin\nexec date -d "@$(($(date +%s) + 300))" "$@"`,
      ),
  },
  {
    name: "host-key",
    summary: "the second host shows another host key",
    inject: (fleet) => second(fleet).ssh.changeHostKey(),
  },
  {
    name: "sudo-password",
    summary: "sudo wants a password on the second host, and nobody gave one",
    inject: (fleet) => writeOwned(second(fleet).path("/etc/sudo-password"), "sesame\n", 0o600),
  },
];

function demandOldSchema(host: FleetHost): void {
  const file = host.path(SERVER_CONFIG);
  writeOwned(file, `${readFileSync(file, "utf8")}lmdb-schema-version=5\n`, 0o640);
}

function program(host: FleetHost, name: string, text: string): void {
  const path = host.path(`/usr/local/sbin/${name}`);
  if (!existsSync(path)) writeOwned(path, `#!/bin/sh\n# A simulated program.\n${text}\n`, 0o755);
}

export function faultNamed(name: string): Fault | undefined {
  return FAULTS.find((one) => one.name === name);
}
