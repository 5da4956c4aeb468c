// Compiles src to dist module by module, for the generator, the benchmarks and whoever imports a part, and puts the
// command line over it as a bundle: opening 600 files costs a start more than all that it does with them.
// docs/decisions/0007-a-bundled-command-line.md says what is in it and what is not.
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build as bundle } from "esbuild";

const root = join(import.meta.dirname, "..");
const PROGRAM = "dist/cli/bundle/program.cjs";

/** False when it failed; why has been written to stderr by then. */
export async function build() {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const compiled = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (compiled.error) throw compiled.error;
  if (compiled.status !== 0) return false;
  rmSync(join(root, "dist/cli/bundle"), { recursive: true, force: true });
  const common = {
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    target: "node20.19",
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: "warning",
  };
  const made = await Promise.all([
    bundle({
      ...common,
      entryPoints: ["src/cli/main.ts"],
      outfile: "dist/cli/main.js",
      format: "esm",
    }),
    bundle({
      ...common,
      entryPoints: ["src/cli/program.ts"],
      outfile: PROGRAM,
      // What a script is compiled to can be kept, what a module is compiled to cannot.
      format: "cjs",
      define: { "import.meta.dirname": "__dirname" },
      supported: { "dynamic-import": false },
      // These two find files of their own beside themselves: native parts, a worker.
      external: ["ssh2", "pino"],
    }),
  ]).catch((failure) => failure);
  if (!Array.isArray(made)) return false;
  const inputs = made.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  writeFileSync(join(root, "dist/cli/LICENSES.txt"), licences(inputs));
  await keepCompiled();
  return true;
}

/** Uses the program a little, so that V8 compiles what every start needs, and keeps that beside it. */
async function keepCompiled() {
  const file = join(root, PROGRAM);
  const { loadProgram } = await import(join(root, "dist/cli/load-program.js"));
  const { program, script } = loadProgram(file);
  const quiet = { ...program.createTerminal({ NO_COLOR: "1" }), out: () => {}, err: () => {} };
  const inventory = ["-i", "localhost,", "-c", "local"];
  for (const words of [
    ["validate", "playbooks/schema-upgrade.yaml"],
    ["inventory", "--list", ...inventory],
  ]) {
    await program.runArguments(words, quiet, "");
  }
  writeFileSync(`${file}.code`, script.createCachedData());
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
