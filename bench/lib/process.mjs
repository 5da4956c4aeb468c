/** One cold process, measured from outside: wall time, processor time of it and its children, peak memory. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";

const TIME = "/usr/bin/time";

/** Rejects when the process does not end with status 0: a failed run has no figures. */
export function timed(argv, { env = {}, cwd, input = "ignore" } = {}) {
  const hasTime = existsSync(TIME);
  const [program, ...words] = hasTime ? [TIME, "-f", "\n@time %U %S %M", ...argv] : argv;
  const began = process.hrtime.bigint();
  const child = spawn(program, words, {
    cwd,
    env: { ...process.env, ...env },
    stdio: [input, "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.on("data", (chunk) => (err += chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      const wall = Number(process.hrtime.bigint() - began) / 1e9;
      if (code !== 0) {
        reject(new Error(`${argv.join(" ")}\nended with status ${code}\n${out}\n${err}`));
        return;
      }
      const [, user, system, kib] = /\n@time (\S+) (\S+) (\d+)/.exec(err) ?? [];
      const cpu = user === undefined ? undefined : Number(user) + Number(system);
      const rss = kib === undefined ? undefined : Number(kib) / 1024;
      resolve({ wall, cpu, rss, out, err });
    });
  });
}
