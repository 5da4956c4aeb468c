// Compiles src to dist module by module, for the generator, the benchmarks and whoever imports a part, and puts the
// command line over it as a bundle: opening 600 files costs a start more than all that it does with them.
// docs/decisions/0007-a-bundled-command-line.md says what is in it and what is not.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { build as bundle } from "esbuild";

const root = join(import.meta.dirname, "..");

/** False when it failed; why has been written to stderr by then. */
export async function build() {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const compiled = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (compiled.error) throw compiled.error;
  if (compiled.status !== 0) return false;
  rmSync(join(root, "dist/cli/chunks"), { recursive: true, force: true });
  const { errors } = await bundle({
    absWorkingDir: root,
    entryPoints: ["src/cli/main.ts"],
    outdir: "dist/cli",
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    packages: "external",
    sourcemap: true,
    sourcesContent: false,
    logLevel: "warning",
  }).catch((failure) => failure);
  return errors.length === 0;
}
