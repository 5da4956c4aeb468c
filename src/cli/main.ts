#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";

const version = (
  JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "package.json"), "utf8")) as {
    version: string;
  }
).version;
const argv = process.argv.slice(2);

// Asked for by every script that checks what is installed: answered before anything is loaded.
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  process.stdout.write(`${version}\n`);
} else {
  const code = await start();
  // Leaves although a job may still be followed: what was said is written out first.
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
}

async function start(): Promise<number> {
  const [{ runArguments }, { createTerminal }, { EXIT }] = await Promise.all([
    import("./args.ts"),
    import("./terminal.ts"),
    import("./exit-codes.ts"),
  ]);
  const terminal = createTerminal(process.env);
  process.stdout.on("error", endAtClosedPipe);
  try {
    return await runArguments(argv, terminal, version);
  } catch (error) {
    const { mappedTrace } = await import("./mapped-trace.ts");
    const text = error instanceof Error ? mappedTrace(error.stack ?? error.message) : String(error);
    terminal.err(
      `This is a bug in runbook ${version}, not in what you gave it. Please report it with these lines:\n${text}\n`,
    );
    return EXIT.bug;
  }
}

function endAtClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
