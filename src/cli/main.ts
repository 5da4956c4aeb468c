#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadProgram } from "./load-program.ts";

const version = (
  JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "package.json"), "utf8")) as {
    version: string;
  }
).version;
/** A run is not stopped by it; but who asked for output did not get it. */
let unwritten = false;
const argv = process.argv.slice(2);

// Asked for by every script that checks what is installed: answered before anything is loaded.
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  process.stdout.write(`${version}\n`);
} else {
  const code = await start();
  // Leaves although a job may still be followed: what was said is written out first, and what could not be is heard of.
  const leave = (): void => process.exit(code === 0 && unwritten ? 1 : code);
  process.stdout.write("", () => process.stderr.write("", () => setImmediate(leave)));
}

async function start(): Promise<number> {
  const { program } = loadProgram(join(import.meta.dirname, "bundle", "program.cjs"));
  const { createTerminal, EXIT, mappedTrace, runArguments } = program;
  const terminal = createTerminal(process.env);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // Who reads only the first lines has read enough.
    if (error.code === "EPIPE" || unwritten) return;
    unwritten = true;
    terminal.err(`error: standard output cannot be written: ${error.message}\n`);
  });
  // Where nobody can be told, a run still goes on.
  process.stderr.on("error", () => undefined);
  try {
    return await runArguments(argv, terminal, version);
  } catch (error) {
    const text = error instanceof Error ? mappedTrace(error.stack ?? error.message) : String(error);
    terminal.err(
      `This is a bug in runbook ${version}, not in what you gave it. Please report it with these lines:\n${text}\n`,
    );
    return EXIT.bug;
  }
}
