import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { Script } from "node:vm";
import type * as program from "./program.ts";

export interface Loaded {
  readonly program: typeof program;
  /** For the build: knows what has been compiled since. */
  readonly script: Script;
}

/**
 * The bundle that `scripts/build.mjs` makes, with the code that V8 kept when it was built. V8 takes that only from its
 * own version and for this very text, and compiles it anew otherwise.
 */
export function loadProgram(file: string): Loaded {
  const cachedData = readIfThere(`${file}.code`);
  const script = new Script(
    // The bundle is ASCII, which spares V8 the decoding.
    `(function (require, module, __dirname) {${readFileSync(file, "latin1")}\n})`,
    // As a URL, so that its places in a trace look like those of a module.
    { filename: pathToFileURL(file).href, ...(cachedData && { cachedData }) },
  );
  const module: { exports: unknown } = { exports: {} };
  const run = script.runInThisContext() as (...named: readonly unknown[]) => void;
  run(createRequire(file), module, dirname(file));
  return { program: module.exports as typeof program, script };
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
