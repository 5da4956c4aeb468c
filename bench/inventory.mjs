/**
 * 10,000 hosts in 300 groups with group_vars: `inventory --list` beside `ansible-inventory --list`, where ansible-core is
 * installed. Wall time, processor time and memory of cold processes, in turn.
 */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const HOSTS = 10_000;
const GROUPS = 300;

export async function measureInventory({ builds, rounds, say }) {
  const folder = mkdtempSync(join(tmpdir(), "bench-inventory-"));
  try {
    write(folder);
    const contenders = builds.map(({ name, main }) => ({
      name,
      command: [process.execPath, main, "inventory"],
    }));
    const ansible = [join(import.meta.dirname, "../.ansible-oracle"), process.env.ANSIBLE_ORACLE]
      .map((place) => join(place ?? "", "bin", "ansible-inventory"))
      .find((path) => existsSync(path));
    if (ansible) contenders.push({ name: "ansible", command: [ansible] });
    else say("ansible-core is not installed (bash .ci/ansible): nothing to compare with");
    const times = new Map(contenders.map(({ name }) => [name, []]));
    for (let round = 0; round <= rounds; round++) {
      for (const { name, command } of contenders) {
        const once = run(command, folder);
        if (round > 0) times.get(name).push(once);
      }
    }
    const median = (name, what) =>
      times
        .get(name)
        .map((one) => one[what])
        .toSorted((a, b) => a - b)[Math.floor((rounds - 1) / 2)];
    say(
      `\ninventory --list, ${HOSTS} hosts, ${GROUPS} groups with group_vars: wall, processor, memory`,
    );
    for (const { name } of contenders) {
      const ratio = ansible
        ? `, ansible takes ${(median("ansible", "wall") / median(name, "wall")).toFixed(1)} x`
        : "";
      say(
        `  ${name.padEnd(12)} ${median(name, "wall").toFixed(2)} s  ${median(name, "cpu").toFixed(2)} s  ${Math.round(median(name, "memory"))} MiB${ratio}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(command, cwd) {
  const [program, ...args] = command;
  const out = openSync(join(cwd, "out.json"), "w");
  const timed = ["-f", "%e %U %S %M", program, ...args, "-i", "hosts", "--list"];
  const ended = spawnSync("/usr/bin/time", timed, { cwd, stdio: ["ignore", out, "pipe"] });
  closeSync(out);
  if (ended.status !== 0)
    throw new Error(`${program} ended with ${ended.status}: ${ended.stderr.toString()}`);
  const [wall, user, system, memory] = ended.stderr
    .toString()
    .trim()
    .split("\n")
    .at(-1)
    .split(" ")
    .map(Number);
  return { wall, cpu: user + system, memory: memory / 1024 };
}

function write(folder) {
  mkdirSync(join(folder, "group_vars"));
  const lines = [];
  const each = Math.ceil(HOSTS / GROUPS);
  for (let group = 0; group < GROUPS; group++) {
    const name = `g${String(group).padStart(3, "0")}`;
    lines.push(`[${name}]`);
    for (let host = group * each; host < Math.min(HOSTS, (group + 1) * each); host++) {
      const [high, low] = [Math.floor(host / 256), host % 256];
      lines.push(
        `h${String(host).padStart(5, "0")}.example.net ansible_host=10.1.${high}.${low} rack=${host % 40}`,
      );
    }
    const values = Array.from(
      { length: 8 },
      (_, index) => `var_${index}: value ${index} of ${group}\n`,
    );
    writeFileSync(
      join(folder, "group_vars", `${name}.yml`),
      `---\n${values.join("")}list: [1, 2, 3]\n`,
    );
  }
  lines.push(
    "[prod:children]",
    ...Array.from({ length: GROUPS }, (_, group) => `g${String(group).padStart(3, "0")}`),
  );
  writeFileSync(join(folder, "hosts"), `${lines.join("\n")}\n`);
  writeFileSync(
    join(folder, "group_vars", "all.yml"),
    'domain: example.net\nfqdn: "{{ inventory_hostname }}"\n',
  );
}
