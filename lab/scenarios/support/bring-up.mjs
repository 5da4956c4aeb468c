// Builds the program and brings the lab up, or ends the whole suite with the reason: nothing is skipped.
// RUNBOOK_CLI names another build (its main.js), which is then tested as it is.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../../..");

// oxlint-disable-next-line import/no-default-export -- jest asks for it
export default function bringUp() {
  if (process.getuid?.() !== 0 || process.platform !== "linux" || process.arch !== "x64")
    throw new Error(
      `The scenarios boot name servers in containers: they need root on x86-64 Debian (this is ${process.platform} ${process.arch}, uid ${process.getuid?.()}).`,
    );
  if (process.env.RUNBOOK_CLI === undefined) run(process.execPath, ["scripts/prepare.mjs"]);
  run("bash", ["lab/lab", "up"]);
}

function run(command, words) {
  const ended = spawnSync(command, words, { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] });
  if (ended.error) throw ended.error;
  if (ended.status !== 0)
    throw new Error(
      `${command} ${words.join(" ")} ended with ${ended.status}: no scenario was run`,
    );
}
