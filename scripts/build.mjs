// Compiles src to dist module by module, for the generator, the benchmarks and whoever imports a part, and puts the
// command line over it as a bundle: opening 600 files costs a start more than all that it does with them.
// docs/decisions/0007-a-bundled-command-line.md says what is in it and what is not.
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
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
  const { errors, metafile } = await bundle({
    absWorkingDir: root,
    entryPoints: ["src/cli/main.ts"],
    outdir: "dist/cli",
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    // These two find files of their own beside themselves: native parts, a worker.
    external: ["ssh2", "pino"],
    // For what is bundled and was written for CommonJS.
    banner: {
      js: `import{createRequire}from"node:module";const require=createRequire(import.meta.url);`,
    },
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: "warning",
  }).catch((failure) => failure);
  if (errors.length > 0) return false;
  writeFileSync(join(root, "dist/cli/LICENSES.txt"), licences(Object.keys(metafile.inputs)));
  return true;
}

/** The terms of every package of which something is in the bundle; whoever passes it on has to pass them on too. */
function licences(files) {
  const folders = new Set(
    files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []),
  );
  return [...folders]
    .toSorted((one, other) => (one < other ? -1 : 1))
    .map((folder) => {
      const { name, version, license } = JSON.parse(
        readFileSync(join(root, folder, "package.json"), "utf8"),
      );
      const terms = readdirSync(join(root, folder)).find((file) =>
        /^(licen[cs]e|copying)/i.test(file),
      );
      if (terms === undefined)
        throw new Error(`${folder} has no licence text, so it cannot be bundled`);
      return `${name} ${version} (${license})\n\n${readFileSync(join(root, folder, terms), "utf8").trim()}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}
