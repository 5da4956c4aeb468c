// Makes a bare clone ready: installs the locked dependencies when they are missing or out of date, then builds.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const stamp = join(root, "node_modules", ".runbook-lock");
const wanted = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");

function run(command, args) {
  const done = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (done.error) throw done.error;
  if (done.status !== 0) process.exit(done.status ?? 1);
}

const installed = existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
if (!installed) {
  // Not `npm ci`: it refuses where a registry does not have the optional binaries of other platforms.
  run("npm", ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]);
  // Not written over: a copy of this folder made of hard links would be stamped too.
  rmSync(stamp, { force: true });
  writeFileSync(stamp, wanted);
}
const built = join(root, "dist", "cli", "main.js");
if (!process.argv.includes("--no-build") || !existsSync(built)) {
  // Only now: before the installation there may be nothing to build with.
  const { build } = await import("./build.mjs");
  if (!(await build())) process.exit(1);
}
