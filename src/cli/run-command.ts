import { spawnSync } from "node:child_process";

const LONGEST = 60_000;
const LARGEST = 16 * 1024 * 1024;

/** Commands of the lookups `pipe` and `lines`, by /bin/sh in `folder`. Throws an Error that says how it ended. */
export function runCommandIn(folder: string): (command: string) => string {
  return (command) => {
    const ended = spawnSync("/bin/sh", ["-c", command], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
      timeout: LONGEST,
      maxBuffer: LARGEST,
    });
    if (ended.error) throw new Error(`cannot run ${command}: ${ended.error.message}`);
    if (ended.status === 0) return ended.stdout;
    const how = ended.status === null ? `signal ${ended.signal ?? ""}` : `status ${ended.status}`;
    throw new Error(`${command} ended with ${how}`);
  };
}
