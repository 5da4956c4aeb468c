/**
 * The flagship, serially, on the lab's hosts: wall time, the tool's own share of it and each server's silence, beside the
 * bare four steps in Ansible. Needs root and a lab of its own: LAB (and LAB_NET) name it, `up` is called, it is left up.
 *
 *   RUNBOOK_BENCH_ANSIBLE   path of ansible-playbook; without it only runbook is measured
 *   RUNBOOK_BENCH_PYTHON    folder whose files are copied over the hosts' roots before Ansible's turn: it needs a Python
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median, seconds, table } from "./lib/figures.mjs";
import { timed } from "./lib/process.mjs";

const ROOT = join(import.meta.dirname, "..");
const HOSTS = ["ns1", "ns2", "ns3"];

export async function measureUpgrade({ builds, rounds: count, say }) {
  const { LAB, RUNBOOK_BENCH_ANSIBLE: ansible, RUNBOOK_BENCH_PYTHON: python } = process.env;
  if (!LAB) throw new Error("LAB names the lab to measure on; it is reset in every round");
  lab("up");
  const scratch = mkdtempSync(join(tmpdir(), "runbook-bench-upgrade-"));
  const inventory = join(LAB, "inventory", "hosts.ini");
  const vault = ["--vault-password-file", join(LAB, "inventory", ".vault_pass")];
  try {
    const contenders = builds.map(({ name, main }) => ({
      name: `${name}: all guards`,
      prepare: () => {},
      run: async (folder) => {
        const trace = join(folder, "trace.jsonl");
        const words = ["apply", join(ROOT, "playbooks", "schema-upgrade.yaml"), "-i", inventory];
        const flags = ["-e", "target_version=5.1.*", "--yes", "--accept-irreversible", ...vault];
        const sample = await timed(
          [process.execPath, main, ...words, ...flags, "--state-dir", folder],
          { env: { RUNBOOK_TRACE: trace, NO_COLOR: "1" } },
        );
        return { ...sample, ...shares(trace, sample.wall) };
      },
    }));
    if (ansible) {
      contenders.push({
        name: "ansible-core, pipelining: bare four steps",
        prepare: () => {
          if (!python) return;
          for (const host of HOSTS) copyTo(host, python);
        },
        run: (folder) =>
          timed(
            [ansible, "-i", inventory, ...vault, join(ROOT, "bench/peers/upgrade-ansible.yaml")],
            {
              cwd: folder,
              env: {
                ANSIBLE_PIPELINING: "True",
                ANSIBLE_SSH_ARGS: `-F ${join(LAB, "ssh", "config")} -o ControlMaster=auto -o ControlPersist=60s`,
                ANSIBLE_HOME: folder,
              },
            },
          ),
      });
    }
    say(`\nserial upgrade of ${HOSTS.length} lab hosts, ${count} interleaved rounds`);
    const runs = contenders.map(({ name }) => ({ name, samples: [] }));
    for (let round = 0; round < count; round++) {
      for (const [index, { prepare, run }] of contenders.entries()) {
        lab("reset");
        prepare();
        const folder = mkdtempSync(join(scratch, "run-"));
        const watch = watchServers(join(folder, "prober.log"));
        await watch.begun;
        const sample = await run(folder);
        runs[index].samples.push({ ...sample, silence: await watch.stop() });
        wantUpgraded();
      }
    }
    const rows = [
      ["", "wall median", "commands", "waits", "own share", "silence each", "most at once"],
    ];
    for (const { name, samples } of runs) {
      const middle = (key) => median(samples.map((sample) => sample[key]));
      const silences = samples.flatMap(({ silence }) => silence.each);
      const hasTrace = samples[0].remote !== undefined;
      rows.push([
        name,
        seconds(middle("wall")),
        hasTrace ? seconds(middle("remote")) : "–",
        hasTrace ? seconds(middle("waited")) : "–",
        hasTrace ? `${seconds(middle("own"))} = ${(middle("share") * 100).toFixed(0)} %` : "–",
        `${seconds(median(silences))} (max ${seconds(Math.max(...silences))})`,
        Math.max(...samples.map(({ silence }) => silence.atOnce)),
      ]);
    }
    say(table(rows));
    const last = runs[0].samples.at(-1);
    say("\nwhere the last run's time went (seconds under way, calls)");
    say(table([["", "seconds", "calls"], ...last.slowest]));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Wall time that no command on any host and no deliberate wait covers is the tool's own; overlaps count once. */
function shares(file, wall) {
  const spans = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const remote = covered(spans.filter(({ kind }) => kind !== "wait"));
  const both = covered(spans);
  const sums = new Map();
  for (const { kind, text = "", durationMs } of spans) {
    const key = `${kind} ${text.slice(0, 70)}`;
    const [ms, calls] = sums.get(key) ?? [0, 0];
    sums.set(key, [ms + durationMs, calls + 1]);
  }
  const slowest = [...sums]
    .toSorted(([, a], [, b]) => b[0] - a[0])
    .slice(0, 25)
    .map(([key, [ms, calls]]) => [key, (ms / 1000).toFixed(2), calls]);
  const own = wall - both;
  return { remote, waited: both - remote, own, share: own / wall, slowest };
}

function covered(spans) {
  const sorted = spans
    .map(({ endedAt, durationMs }) => [endedAt - durationMs, endedAt])
    .toSorted((a, b) => a[0] - b[0]);
  let [sum, until] = [0, -Infinity];
  for (const [from, to] of sorted) {
    if (to <= until) continue;
    sum += to - Math.max(from, until);
    until = to;
  }
  return sum / 1000;
}

function lab(...words) {
  const ended = spawnSync("bash", [join(ROOT, "lab", "lab"), ...words], { encoding: "utf8" });
  if (ended.status !== 0) throw new Error(`lab ${words.join(" ")}: ${ended.stderr}`);
  return ended.stdout;
}

function copyTo(host, folder) {
  const ended = spawnSync(
    "sh",
    [
      "-c",
      `tar -C "$1" -c . | bash "$2" exec "$3" tar -x -C / --keep-directory-symlink`,
      "sh",
      folder,
      join(ROOT, "lab", "lab"),
      host,
    ],
    { encoding: "utf8" },
  );
  if (ended.status !== 0) throw new Error(`copying to ${host}: ${ended.stderr}`);
}

function watchServers(log) {
  const child = spawn("bash", [join(ROOT, "lab", "lab"), "prober", "--log", log], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  const ended = new Promise((resolve) => child.on("close", resolve));
  const begun = new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      if (child.exitCode !== null) reject(new Error("the prober ended"));
      if (existsSync(log) && readFileSync(log, "utf8").split("\n").length > 3) {
        clearInterval(timer);
        resolve();
      }
    }, 50);
  });
  const stop = async () => {
    child.kill("SIGINT");
    await ended;
    const report = JSON.parse(out);
    const each = Object.values(report.servers).map((silences) =>
      silences.reduce((sum, { ms }) => sum + ms / 1000, 0),
    );
    return { each, atOnce: report.mostSilentAtOnce };
  };
  return { begun, stop };
}

/** A run that did not do it has no figures. */
function wantUpgraded() {
  const { hosts } = JSON.parse(lab("state", "--json"));
  for (const { host, schema, prefix } of hosts) {
    if (schema !== 6 || prefix !== "v6")
      throw new Error(`${host}: schema ${schema}, prefix ${prefix}`);
  }
}
