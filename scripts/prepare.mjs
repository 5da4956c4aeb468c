// Makes a bare clone ready: installs the locked dependencies when they are missing or out of date, then builds.
import { spawnSync } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
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

/** An account without a home has no place where npm may keep what it fetched. */
function cacheOfOurs() {
  const folder = process.env["npm_config_cache"] ?? join(homedir(), ".npm");
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return [];
  } catch {
    return ["--cache", join(root, "node_modules", ".cache", "npm")];
  }
}

const installed = existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
if (!installed) {
  // Not `npm ci`: it refuses where a registry does not have the optional binaries of other platforms.
  run("npm", [
    "install",
    "--no-save",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    ...cacheOfOurs(),
  ]);
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
