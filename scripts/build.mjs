// Compiles src to dist module by module, for the generator, the benchmarks and whoever imports a part, and puts the
// command line over it as a bundle: opening 600 files costs a start more than all that it does with them.
// docs/decisions/0007-a-bundled-command-line.md says what is in it and what is not.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build as bundle } from "esbuild";

const root = join(import.meta.dirname, "..");
const PROGRAM = "dist/cli/bundle/program.cjs";

/** What ssh2 was compiled to on this machine stays outside, found through ssh2; without it, it does the same in JavaScript. */
const nativeParts = {
  name: "native parts",
  setup({ onResolve }) {
    onResolve({ filter: /sshcrypto[.]node$/ }, () => ({
      path: "ssh2/lib/protocol/crypto/build/Release/sshcrypto.node",
      external: true,
    }));
  },
};

/** Writes the validators of all steps into the program, which would compile the few that it needs at each start. */
async function validators() {
  const { writtenValidators } = await import(join(root, "dist/playbook/known-schemas.js"));
  const { steps } = await import(join(root, "dist/steps/index.js"));
  const written = writtenValidators(steps);
  const entries = [...written.keys()].map(
    (key) => `${JSON.stringify(key)}: () => require(${JSON.stringify(`validator:${key}`)})`,
  );
  return {
    name: "validators",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^validator:/ }, ({ path }) => ({
        path: path.slice("validator:".length),
        namespace: "validator",
      }));
      onLoad({ filter: /./, namespace: "validator" }, ({ path }) => ({
        contents: written.get(path),
        resolveDir: root,
      }));
      onLoad({ filter: /src.playbook.ready-made[.]ts$/ }, () => ({
        contents: `export const readyMade = {${entries.join(",")}};`,
        resolveDir: root,
      }));
    },
  };
}

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
      // It finds a file of its own beside itself: a worker.
      external: ["pino", "cpu-features"],
      plugins: [nativeParts, await validators()],
    }),
  ]).catch((failure) => failure);
  if (!Array.isArray(made)) return false;
  const inputs = made.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  writeFileSync(join(root, "dist/cli/LICENSES.txt"), licences(inputs));
  await keepCompiled();
  return true;
}

/** Uses the program a little, so that V8 compiles what every start and every run needs, and keeps that beside it. */
async function keepCompiled() {
  const file = join(root, PROGRAM);
  const { loadProgram } = await import(join(root, "dist/cli/load-program.js"));
  const { startFleet } = await import(join(root, "dist/simulate/fleet.js"));
  const { program, script } = loadProgram(file);
  const folder = mkdtempSync(join(tmpdir(), "runbook-build-"));
  const playbook = join(folder, "commands.yaml");
  writeFileSync(playbook, COMMANDS);
  // A host that is no machine: what a run leaves on its hosts goes with the fleet's folder.
  const fleet = await startFleet({ hosts: 1, zones: 1, isolation: "paths" });
  const quiet = { ...program.createTerminal({ NO_COLOR: "1" }), out: () => {}, err: () => {} };
  try {
    for (const words of [
      ["validate", "playbooks/schema-upgrade.yaml"],
      ["inventory", "--list", "-i", fleet.inventory],
      ["apply", playbook, "-i", fleet.inventory, "--yes", "--state-dir", folder],
    ]) {
      const code = await program.runArguments(words, quiet, "");
      if (code !== 0) throw new Error(`runbook ${words.join(" ")} ended with status ${code}`);
    }
  } finally {
    await fleet[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
  writeFileSync(`${file}.code`, script.createCachedData());
}

const COMMANDS = `runbook: 1
name: Commands
hosts: all
phases:
  - name: Commands
    tasks:
      - command: /bin/echo 1
        inverse: none
      - command: /bin/echo 2
        read_only: true
`;

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
