// Prints everything a name server stores, one fact per line, sorted: comparable across hosts, and across schema 5 and 6.
// Runs in the host's network. Usage: content.mjs HOST PID-OF-INIT ROOT [--hash] [--stored]
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import http from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const [name, leader, root, ...options] = process.argv.slice(2);
const byText = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

function api(path) {
  return new Promise((resolve, reject) => {
    const request = http.get(
      {
        host: "127.0.0.1",
        port: 8081,
        path: `/api/v1/servers/localhost${path}`,
        headers: { "X-API-Key": "labkey" },
      },
      (response) => {
        const chunks = [];
        response.on("error", reject);
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${path}: HTTP ${response.statusCode} ${text.slice(0, 200)}`));
        });
      },
    );
    request.setTimeout(10_000, () => request.destroy(new Error(`${path}: no answer within 10 s`)));
    request.on("error", reject);
  });
}

// `ds` is left out (5.x no longer lists SHA-1 digests), `notified_serial` and `last_check` too (they tell of traffic).
async function zoneLines({ id, name: zone }) {
  const base = `/zones/${encodeURIComponent(id)}`;
  const [whole, keys, metadata] = await Promise.all([
    api(base),
    api(`${base}/cryptokeys`),
    api(`${base}/metadata`),
  ]);
  const privateKeys = await Promise.all(keys.map((key) => api(`${base}/cryptokeys/${key.id}`)));
  const { kind, dnssec, serial, edited_serial, account, catalog, masters } = whole;
  const about = {
    kind,
    dnssec,
    serial,
    edited_serial,
    account,
    catalog,
    masters,
    nsec3param: whole.nsec3param,
  };
  return [
    `zone ${zone} ${JSON.stringify(about)}`,
    ...whole.rrsets.flatMap((set) => [
      ...set.records.map(
        (record) =>
          `record ${set.name} ${set.type} ${set.ttl} ${record.content}${record.disabled ? " disabled" : ""}`,
      ),
      ...set.comments.map(
        (comment) => `comment ${set.name} ${set.type} ${JSON.stringify(comment)}`,
      ),
    ]),
    ...privateKeys.map(
      ({ id: number, keytype, flags, active, published, algorithm, bits, dnskey, privatekey }) => {
        const key = { number, keytype, flags, active, published, algorithm, bits, dnskey };
        return `key ${zone} ${JSON.stringify(key)} private:${sha256(privatekey)}`;
      },
    ),
    ...metadata.flatMap((entry) =>
      entry.metadata.map((value) => `metadata ${zone} ${entry.kind} ${value}`),
    ),
  ];
}

async function servedLines() {
  const zones = await api("/zones?dnssec=false");
  const lines = [];
  // Two at a time: the listen queue of the API is ten connections long, and a lost SYN costs a second.
  for (let at = 0; at < zones.length; at += 2)
    lines.push(...(await Promise.all(zones.slice(at, at + 2).map(zoneLines))).flat());
  for (const { id } of await api("/tsigkeys")) {
    const key = await api(`/tsigkeys/${encodeURIComponent(id)}`);
    lines.push(`tsig ${key.name} ${key.algorithm} ${sha256(key.key)}`);
  }
  return lines;
}

// What lies in the file: each value without its transaction number (hex digits 17 to 32), which differs per host.
async function storedLines() {
  const inHost =
    leader === "" ? ["chroot", root] : ["nsenter", "-t", leader, "-m", "-u", "-i", "-p"]; // a host that is off: its disk
  const dump = async (dbi, file) => {
    const [command, ...args] = [
      ...inHost,
      "runuser",
      "-u",
      "pdns",
      "--",
      "mdb_dump",
      "-n",
      "-s",
      dbi,
      file,
    ];
    const { stdout } = await run(command, args, { maxBuffer: 1 << 28 });
    const body = stdout.slice(
      stdout.indexOf("HEADER=END\n") + "HEADER=END\n".length,
      stdout.lastIndexOf("DATA=END"),
    );
    const lines = body.split("\n").filter((line) => line !== "");
    const cut = lines.map((line, index) =>
      index % 2 === 0 ? line : line.slice(0, 17) + line.slice(33),
    );
    return `stored ${dbi} ${lines.length / 2} ${sha256(cut.join("\n"))}`;
  };
  const main = join("/var/lib/powerdns", "pdns.lmdb");
  return Promise.all([
    ...["domains_v5", "keydata_v5", "metadata_v5", "tsig_v5"].map((dbi) => dump(dbi, main)),
    dump("records_v5", `${main}-0`),
  ]);
}

try {
  const served = options.includes("--stored") ? [] : await servedLines();
  const lines = [...served.toSorted(byText), ...(await storedLines())];
  console.log(
    options.includes("--hash")
      ? `${sha256(lines.join("\n"))} ${lines.length} lines`
      : lines.join("\n"),
  );
} catch (error) {
  console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
