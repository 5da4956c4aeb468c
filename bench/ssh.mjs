/** Ten real sshds, ten `command` tasks each, the journal on disk, against a bare script; and round trips per task. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compared, least, rounds, table } from "./lib/figures.mjs";
import { timed } from "./lib/process.mjs";
import { startDelayLine } from "./lib/delay-line.mjs";
import { startHosts } from "./lib/sshds.mjs";

const PEER = join(import.meta.dirname, "peers", "ssh2-exec.mjs");
const TASKS = 10;
const FAR_MS = 80;

export async function measureSsh({ builds, rounds: count, say }) {
  const hosts = await startHosts(10);
  const scratch = mkdtempSync(join(tmpdir(), "runbook-bench-state-"));
  try {
    const playbook = (tasks, step = "command") => {
      const file = join(scratch, `${step}-${tasks}.yaml`);
      writeFileSync(file, playbookText(tasks, step));
      return file;
    };
    const inventory = hosts.inventory("near");
    const apply = (main, book, hostsFile) =>
      timed(
        [process.execPath, main, "apply", book, "-i", hostsFile, "--yes", "--state-dir", scratch],
        { env: { NO_COLOR: "1" } },
      );
    const peer = (commands, ports) =>
      timed([
        process.execPath,
        PEER,
        hosts.key,
        hosts.user,
        String(commands),
        ...ports.map(String),
      ]);
    const ports = hosts.hosts.map((host) => host.port);

    say(`\n10 sshds x ${TASKS} commands, cold processes, ${count} interleaved rounds`);
    const runs = await rounds(count, [
      { name: "ssh2-exec (bare script)", run: () => peer(TASKS, ports) },
      ...builds.map(({ name, main }) => ({
        name: `${name}: command (job, journal, plan, lock)`,
        run: () => apply(main, playbook(TASKS), inventory),
      })),
      ...builds.map(({ name, main }) => ({
        name: `${name}: read-only command`,
        run: () => apply(main, playbook(TASKS, "read"), inventory),
      })),
    ]);
    say(compared(runs));

    say(`\nround trips on one host, from what ${FAR_MS} ms of distance cost`);
    const near = hosts.hosts.slice(0, 1);
    const line = await startDelayLine(near[0].port, FAR_MS);
    const nearFile = hosts.inventory("one", near);
    const farFile = hosts.inventory("far", near, () => line.port);
    const trips = async (run) => {
      const cost = async (amount) => {
        const walls = { near: [], far: [] };
        for (let round = 0; round < Math.max(3, count >> 1); round++) {
          walls.near.push((await run(amount, nearFile, near[0].port)).wall);
          walls.far.push((await run(amount, farFile, line.port)).wall);
        }
        return ((least(walls.far) - least(walls.near)) * 1000) / FAR_MS;
      };
      const [one, ten] = [await cost(1), await cost(TASKS + 1)];
      return { rest: one - (ten - one) / TASKS, each: (ten - one) / TASKS };
    };
    const rows = [["", "connect and everything else", "per command"]];
    const row = async (name, run) => {
      const { rest, each } = await trips(run);
      rows.push([name, rest.toFixed(1), each.toFixed(2)]);
    };
    await row("ssh2-exec (bare script)", (amount, _file, port) => peer(amount, [port]));
    for (const { name, main } of builds) {
      await row(`${name}: command`, (amount, file) => apply(main, playbook(amount), file));
      await row(`${name}: read-only command`, (amount, file) =>
        apply(main, playbook(amount, "read"), file),
      );
    }
    say(table(rows));
    line.stop();
  } finally {
    hosts.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function playbookText(tasks, step) {
  const kind = step === "read" ? "read_only: true" : "inverse: none";
  const lines = Array.from(
    { length: tasks },
    (_, index) => `      - command: /bin/echo ${index + 1}\n        ${kind}\n`,
  );
  return `runbook: 1
name: Ten commands
hosts: all
rollout:
  mode: window
phases:
  - name: Commands
    tasks:
${lines.join("")}`;
}
