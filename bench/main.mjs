/**
 * Measures what runbook costs. `npm run bench -- [NAME…] [--rounds N] [--against NAME=PATH/TO/main.js …]`
 * Names: start, engine, live, ssh, upgrade (needs root and a lab, is not run unless it is named). docs/reference/benchmarks.md
 * says what the figures mean and what they leave out.
 */
import { cpus, loadavg, release } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const MEASUREMENTS = {
  start: async (options) => (await import("./start.mjs")).measureStart(options),
  engine: async (options) => (await import("./engine.mjs")).measureEngine(options),
  live: async (options) => (await import("./live.mjs")).measureLive(options),
  ssh: async (options) => (await import("./ssh.mjs")).measureSsh(options),
  inventory: async (options) => (await import("./inventory.mjs")).measureInventory(options),
  upgrade: async (options) => (await import("./upgrade.mjs")).measureUpgrade(options),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    against: { type: "string", multiple: true, default: [] },
  },
});
const names = positionals.length > 0 ? positionals : ["start", "engine", "live", "ssh"];
const unknown = names.filter((name) => !Object.hasOwn(MEASUREMENTS, name));
const say = (text) => process.stdout.write(`${text}\n`);
if (unknown.length > 0) {
  say(
    `no such measurement: ${unknown.join(", ")}; there are ${Object.keys(MEASUREMENTS).join(", ")}`,
  );
  process.exit(1);
}

const own = join(import.meta.dirname, "..", "dist", "cli", "main.js");
const builds = [
  { name: "runbook", main: own },
  ...values.against.map((given) => {
    const [name, main] = given.split("=");
    return { name, main };
  }),
];
say(
  `node ${process.version}, Linux ${release()}, ${cpus().length} x ${cpus()[0]?.model.trim()}, load ${loadavg()[0].toFixed(1)}`,
);
for (const name of names) {
  await MEASUREMENTS[name]({ builds, rounds: Number(values.rounds), say });
}
say(`\nload at the end ${loadavg()[0].toFixed(1)}`);
