// Prints where every host stands and what each prefix of the bucket holds. Called by `lab state` with one word
// host=address=pid per host. Only reads: never a pdnsutil, which would upgrade the LMDB by looking at it.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const words = process.argv.slice(2);
const asJson = words.includes("--json");
const hosts = words
  .filter((word) => !word.startsWith("--"))
  .map((word) => word.split("="))
  .map(([name, address, leader]) => ({ name, address, leader }));
const {
  LAB_STATE_LIGHTNINGSTREAM: lightningstream,
  LAB_STATE_BUCKET: bucket,
  LAB_STATE_HOSTS: disks,
} = process.env;

// Runs on the host as root. mdb_dump goes as pdns: as root it may leave a root-owned lock file behind.
const PROBE = String.raw`
section() { printf '\n== %s\n' "$1"; }
http() {
  timeout 3 bash -c 'exec 3<>/dev/tcp/127.0.0.1/$0 && printf "GET %s HTTP/1.0\r\nX-API-Key: labkey\r\n\r\n" "$1" >&3 && sed "1,/^\r*$/d" <&3' "$1" "$2" 2>/dev/null
}
section schema; runuser -u pdns -- mdb_dump -n -s pdns /var/lib/powerdns/pdns.lmdb 2>/dev/null | grep -A1 '^ 736368656d6176657273696f6e$' | tail -1
section files; ls /var/lib/powerdns 2>/dev/null | grep '^pdns\.lmdb'
section packages; dpkg-query -W -f '\${Package} \${db:Status-Abbrev} \${Version}\n' pdns-server pdns-backend-lmdb pdns-tools 2>/dev/null
section binary; pdns_server --version 2>&1 | sed -n 's/.*Authoritative Server \([0-9][^ ]*\).*/\1/p' | head -1
section config; cat /etc/lightningstream.yml 2>/dev/null
[ "$1" = running ] || exit 0
section running; pdns_control version 2>/dev/null
for unit in pdns lightningstream; do
  section "$unit"; systemctl show -p LoadState -p ActiveState -p SubState -p UnitFileState -p NRestarts -p DropInPaths "$unit"
done
section boot; cat /proc/sys/kernel/random/boot_id
section startup; journalctl -q -o cat "_SYSTEMD_INVOCATION_ID=$(systemctl show -p InvocationID --value lightningstream)" | sed -n "s/.*startup phase completed successfully.*starttracker=//p"
section zones; http 8081 '/api/v1/servers/localhost/zones?dnssec=false'
`.replaceAll("\\$", "$");

async function probeText(host) {
  // A host that is off is read from its disk, which stays mounted.
  const [command, ...args] =
    host.leader === ""
      ? ["chroot", join(disks, host.name, "root"), "bash", "-c", PROBE, "probe", "off"]
      : [
          "nsenter",
          "-t",
          host.leader,
          "-m",
          "-u",
          "-i",
          "-n",
          "-p",
          "bash",
          "-c",
          PROBE,
          "probe",
          "running",
        ];
  const { stdout } = await run(command, args, { maxBuffer: 1 << 26, timeout: 20_000 }).catch(
    (error) => error,
  );
  return stdout ?? "";
}

function sectionsOf(text) {
  const found = new Map();
  for (const part of text.split(/^== /m).slice(1)) {
    const end = part.indexOf("\n");
    found.set(part.slice(0, end), part.slice(end + 1).trim());
  }
  return (name) => found.get(name) ?? "";
}

function jsonOr(text, otherwise) {
  try {
    return JSON.parse(text);
  } catch {
    return otherwise;
  }
}

function unitOf(text) {
  const keys = new Map(text.split("\n").map((line) => line.split(/=(.*)/s).slice(0, 2)));
  return {
    load: keys.get("LoadState") ?? null,
    active: keys.get("ActiveState") ?? null,
    sub: keys.get("SubState") ?? null,
    enabled: keys.get("UnitFileState") ?? null,
    restarts: Number(keys.get("NRestarts") ?? 0),
    dropIns: (keys.get("DropInPaths") ?? "").split(" ").filter((path) => path !== ""),
  };
}

// The stored value ends in a big-endian number from schema 5 on; before, it is four bytes, little-endian.
function schemaOf(hex) {
  if (hex === "") return null;
  return hex.length === 8 ? Buffer.from(hex, "hex").readUInt32LE() : bigEndianTail(hex);
}

const bigEndianTail = (hex) => Number.parseInt(hex.slice(-8), 16);

async function lookAt(host) {
  const section = sectionsOf(await probeText(host));
  const lightningstreamUnit = unitOf(section("lightningstream"));
  const started = lightningstreamUnit.active === "active" ? section("startup").split(/\s+/) : [];
  const zones = jsonOr(section("zones"), null);
  const serials = Array.isArray(zones)
    ? zones.map((zone) => `${zone.name} ${zone.serial}`).toSorted()
    : null;
  const packages = section("packages")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(/\s+/));
  const prefix = /^\s*global_prefix:\s*["']?([^"'\s#]*)/m.exec(section("config"));
  return {
    host: host.name,
    address: host.address,
    power: host.leader === "" ? "off" : "on",
    schema: schemaOf(section("schema")),
    files: section("files").split("\n").filter(Boolean),
    packages: Object.fromEntries(packages.map(([name, , version]) => [name, version])),
    packageStates: Object.fromEntries(packages.map(([name, abbrev]) => [name, abbrev])),
    binary: section("binary") || null,
    running: section("running") || null,
    prefix: prefix === null ? null : prefix[1],
    pdns: unitOf(section("pdns")),
    lightningstream: lightningstreamUnit,
    // From its log: asking /healthz at the wrong moment can lock it up for good (go-healthz v0.2.0).
    startup: { main: started.includes("main"), shard: started.includes("shard") },
    bootId: section("boot") || null,
    zones:
      serials === null
        ? null
        : {
            count: serials.length,
            hash: createHash("sha256").update(serials.join("\n")).digest("hex").slice(0, 12),
          },
  };
}

// Objects are PREFIX LMDB__INSTANCE__TIME__GX.pb.gz, and nothing separates the prefix from the LMDB's name.
function objectsByPrefix() {
  const found = new Map();
  for (const object of readdirSync(bucket).toSorted()) {
    const parts = /^(.*)(main|shard)__([^_]+)__.+$/.exec(object);
    if (parts === null) continue;
    const [, prefix, lmdb, instance] = parts;
    const list = found.get(prefix) ?? [];
    list.push({ object, name: object.slice(prefix.length), lmdb, instance });
    found.set(prefix, list);
  }
  return found;
}

// Lightning Stream itself decodes a snapshot offline, when told that a copy of it is its storage.
async function schemaInSnapshot({ object, name }, folder, config) {
  copyFileSync(join(bucket, object), join(folder, name));
  const { stdout } = await run(lightningstream, [
    "-c",
    config,
    "snapshots",
    "dump",
    "-d",
    "pdns",
    name,
  ]).catch(() => ({ stdout: "" }));
  const bytes = /^schemaversion .*\[([0-9a-f ]+)\]/m.exec(stdout);
  return bytes === null ? null : bigEndianTail(bytes[1].replaceAll(" ", ""));
}

async function lookAtBucket() {
  const work = mkdtempSync(join(tmpdir(), "lab-state-"));
  try {
    const config = join(work, "ls.yml");
    writeFileSync(
      config,
      `lmdbs: {main: {path: /nonexistent}}\nstorage: {type: fs, options: {root_path: ${work}}}\n`,
    );
    const prefixes = [];
    for (const [prefix, objects] of objectsByPrefix()) {
      const newest = new Map(
        objects.filter(({ lmdb }) => lmdb === "main").map((entry) => [entry.instance, entry]),
      );
      const snapshots = [];
      for (const entry of newest.values()) {
        const { instance, object } = entry;
        snapshots.push({
          instance,
          object,
          schemaversion: await schemaInSnapshot(entry, work, config),
        });
      }
      prefixes.push({ prefix, objects: objects.length, newest: snapshots });
    }
    return prefixes;
  } finally {
    rmSync(work, { recursive: true });
  }
}

const unitText = ({ load, active, dropIns }) =>
  active === null
    ? "-"
    : `${load === "loaded" ? "" : `${load}/`}${active}${dropIns.length > 0 ? "+dropin" : ""}`;

function hostLine(seen) {
  const versions = [...new Set(Object.values(seen.packages))].join(",");
  const broken = Object.entries(seen.packageStates).filter(([, abbrev]) => abbrev !== "ii");
  const startup = Object.entries(seen.startup)
    .map(([lmdb, done]) => `${lmdb}=${done}`)
    .join(",");
  return [
    `${seen.host} ${seen.power}`,
    `schema=${seen.schema ?? "none"}`,
    `packages=${versions || "-"}${broken.map(([name, abbrev]) => `!${name}:${abbrev}`).join("")}`,
    `binary=${seen.binary ?? "-"}`,
    `running=${seen.running ?? "-"}`,
    `prefix=${seen.prefix ?? "<absent>"}`,
    `pdns=${unitText(seen.pdns)}`,
    `ls=${unitText(seen.lightningstream)}`,
    `startup=${startup}`,
    `zones=${seen.zones === null ? "-" : `${seen.zones.count}/${seen.zones.hash}`}`,
  ].join(" ");
}

const [seenHosts, prefixes] = await Promise.all([Promise.all(hosts.map(lookAt)), lookAtBucket()]);
if (asJson) {
  console.log(JSON.stringify({ hosts: seenHosts, prefixes }, null, 2));
} else {
  for (const seen of seenHosts) console.log(hostLine(seen));
  for (const { prefix, objects, newest } of prefixes) {
    console.log(`prefix ${prefix === "" ? "<bucket root>" : prefix}: ${objects} objects`);
    for (const { object, schemaversion } of newest)
      console.log(`  ${object} schemaversion=${schemaversion ?? "?"}`);
  }
}
