/**
 * The same stories on real hosts and on the embedded fleet, told by the same program with the same playbooks: what every host
 * ends as, what every prefix holds, and what happened to every task must be the same.
 */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { startFleet, type Fleet } from "../../src/simulate/fleet.ts";
import { newestByInstance } from "../../src/simulate/bucket.ts";
import { writeOwned } from "../../src/simulate/ownership.ts";
import { schemaIn } from "../../src/simulate/zones.ts";
import { fault, fleetState, HOSTS, onHost, resetLab, type HostName } from "./support/lab.ts";
import { createSite, type SeenEntry, type Site } from "./support/site.ts";
import { until } from "./support/until.ts";

/** One fleet, real or not, as far as a story needs it. */
interface Stage {
  /** Its Lightning Stream gets another prefix and is started again. */
  setPrefix(host: HostName, prefix: string): Promise<void>;
  addServerSetting(host: HostName, line: string): Promise<void>;
  end(): Promise<End>;
}

interface End {
  readonly hosts: readonly object[];
  /** Prefix, instance and schema of the newest snapshots of the main LMDB. */
  readonly snapshots: readonly string[];
}

interface Told {
  readonly codes: readonly (number | null)[];
  readonly tasks: readonly string[];
  readonly end: End;
}

type Story = (site: Site, stage: Stage) => Promise<readonly (number | null)[]>;

const schemas = (end: End): readonly unknown[] =>
  end.hosts.map((host) => ("schema" in host ? host.schema : undefined));

const STORIES: readonly (readonly [name: string, story: Story])[] = [
  [
    "serial upgrade, and back from the backups",
    async (site) => [(await site.upgrade()).code, (await site.rollback()).code],
  ],
  [
    "window upgrade, and back from the storage",
    async (site) => [
      (await site.upgrade("--mode", "window", "-e", "rollback_from=s3")).code,
      (await site.rollback()).code,
    ],
  ],
  [
    "an upgraded host on the old prefix poisons it, and the next run is refused",
    async (site, stage) => {
      const up = await site.upgrade("-l", "ns1");
      await stage.setPrefix("ns1", "v5");
      await until("every LMDB has schema 6", async () =>
        schemas(await stage.end()).every((schema) => schema === 6),
      );
      return [up.code, (await site.upgrade()).code];
    },
  ],
  [
    "a host that was not upgraded, on the new prefix, is refused",
    async (site, stage) => {
      await stage.setPrefix("ns2", "v6");
      await until("it has stored something there", async () =>
        (await stage.end()).snapshots.some((one) => one.startsWith("v6 ns2")),
      );
      return [(await site.upgrade()).code];
    },
  ],
  [
    "a setting that would keep the new server from starting is refused",
    async (site, stage) => {
      await stage.addServerSetting("ns2", "lmdb-schema-version=5");
      return [(await site.upgrade()).code];
    },
  ],
];

test.each(STORIES)("%s", async (_name, story) => {
  await resetLab();
  const real = await tell(createSite(), realStage, story);
  await using fleet = await startFleet({ hosts: HOSTS.length, zones: 50, pollMs: 500 });
  await until("the embedded fleet is up", () =>
    Promise.resolve(newestByInstance(fleet.bucket.list("v5main__")).size === HOSTS.length),
  );
  const simulated = await tell(createSite({ inventory: fleet.inventory }), stageOf(fleet), story);
  expect(simulated).toEqual(real);
});

async function tell(site: Site, stage: Stage, story: Story): Promise<Told> {
  try {
    const codes = await story(site, stage);
    const entries = await site.entries().catch(() => []);
    return { codes, tasks: entries.flatMap(outcome).toSorted(), end: await stage.end() };
  } finally {
    await site[Symbol.asyncDispose]();
  }
}

function outcome(entry: SeenEntry): readonly string[] {
  if (entry.type !== "settled" && entry.type !== "undo-settled") return [];
  return [`${entry.of?.task}@${entry.of?.host} ${entry.type} ${entry.outcome}`];
}

const release = (version: string | null | undefined): string | null =>
  version === null || version === undefined ? null : version.replace(/^(\d+\.\d+)\..*$/, "$1");

const realStage: Stage = {
  setPrefix: async (host, prefix) => void (await fault("prefix", host, prefix)),
  addServerSetting: async (host, line) =>
    void (await onHost(host, `echo ${line} >>/etc/powerdns/pdns.conf`)),
  end: async () => {
    const { hosts, prefixes } = await fleetState();
    return {
      hosts: hosts.map((host) => ({
        host: host.host,
        schema: host.schema,
        files: host.files.toSorted(),
        packages: Object.values(host.packages).map(release),
        packageStates: Object.values(host.packageStates),
        binary: release(host.binary),
        running: release(host.running),
        prefix: host.prefix,
        units: [host.pdns, host.lightningstream].map((unit) => [
          unit.active,
          unit.sub,
          unit.dropIns,
        ]),
      })),
      snapshots: prefixes
        .flatMap(({ prefix, newest }) =>
          newest.map(
            ({ instance, schemaversion }) => `${prefix} ${instance} schema ${schemaversion}`,
          ),
        )
        .toSorted(),
    };
  },
};

function stageOf(fleet: Fleet): Stage {
  const rewrite = (host: HostName, path: string, change: (text: string) => string): void => {
    const file = fleet.host(host).path(path);
    writeOwned(file, change(readFileSync(file, "utf8")), 0o640);
  };
  return {
    setPrefix: async (host, prefix) => {
      rewrite(host, "/etc/lightningstream.yml", (text) =>
        text.replace(/global_prefix: .*/, `global_prefix: ${prefix}`),
      );
      fleet.host(host).unit("lightningstream").restart();
      await Promise.resolve();
    },
    addServerSetting: async (host, line) => {
      rewrite(host, "/etc/powerdns/pdns.conf", (text) => `${text}${line}\n`);
      await Promise.resolve();
    },
    end: async () => Promise.resolve(endOf(fleet)),
  };
}

function endOf(fleet: Fleet): End {
  const prefixes = ["v5", "v6"];
  return {
    hosts: fleet.hosts.map((host) => {
      const { schema, version, prefix } = host.standing();
      const packages = [...host.packages.installed].filter(([name]) => name.startsWith("pdns-"));
      const units = [host.unit("pdns"), host.unit("lightningstream")];
      return {
        host: host.name,
        schema: schema ?? null,
        files: readdirSync(host.path("/var/lib/powerdns"))
          .filter((name) => name.startsWith("pdns.lmdb"))
          .toSorted(),
        packages: packages.map(([, one]) => release(one.version)),
        packageStates: packages.map(([, one]) => (one.status === "installed" ? "ii" : one.status)),
        binary: release(version),
        running: release(host.running()),
        prefix: prefix ?? null,
        units: units.map((unit) => [unit.state, unit.subState, unit.dropIns]),
      };
    }),
    snapshots: prefixes
      .flatMap((prefix) => {
        const names = fleet.bucket.list(`${prefix}main__`).map((name) => name.slice(prefix.length));
        return [...newestByInstance(names)].map(([instance, name]) => {
          const content = fleet.bucket.get(prefix + name)?.content;
          return `${prefix} ${instance} schema ${content === undefined ? null : schemaIn(content)}`;
        });
      })
      .toSorted(),
  };
}
