/** Plain text on disk for as long as an editor has it open, and not an instant longer (S7). */
import { spawn } from "node:child_process";
import {
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { shellWords } from "../../inventory/shlex.ts";
import type { Outcome } from "../../model/diagnostic.ts";
import { trouble } from "./files.ts";

/** Opens an editor on a text and answers what became of it. `name` gives the file its ending, for the editor's colours. */
export async function edited(plain: Uint8Array, name: string): Promise<Outcome<Uint8Array>> {
  const folder = mkdtempSync(join(privateFolder(), "runbook-vault-"));
  const file = join(folder, basename(name));
  let child: ReturnType<typeof spawn> | undefined;
  const leave = (signal: NodeJS.Signals): void => {
    child?.kill(signal);
    shred(folder);
    process.exit(128 + (signal === "SIGHUP" ? 1 : 15));
  };
  const shredAtExit = () => shred(folder);
  // An interrupt is the editor's: it shares our terminal.
  const ignore = () => undefined;
  process.on("exit", shredAtExit).on("SIGTERM", leave).on("SIGHUP", leave).on("SIGINT", ignore);
  try {
    writeFileSync(file, plain, { mode: 0o600, flag: "wx" });
    const [program = "vi", ...args] = editorCommand(process.env);
    const ended = await new Promise<string | undefined>((done) => {
      child = spawn(program, [...args, file], { stdio: "inherit" });
      child.on("error", (error) => done(error.message));
      child.on("close", (code, signal) =>
        done(code === 0 ? undefined : `ended with ${String(code ?? signal)}`),
      );
    });
    if (ended !== undefined) {
      const problem = trouble(name, `the editor ${program}: ${ended}`, "Nothing was changed.");
      return { problems: [problem] };
    }
    return { value: readFileSync(file), problems: [] };
  } finally {
    shred(folder);
    process
      .off("exit", shredAtExit)
      .off("SIGTERM", leave)
      .off("SIGHUP", leave)
      .off("SIGINT", ignore);
  }
}

function editorCommand(env: NodeJS.ProcessEnv): readonly string[] {
  const names = ["RUNBOOK_EDITOR", "ANSIBLE_EDITOR", "VISUAL", "EDITOR"];
  const text = names.map((name) => env[name]).find((value) => value) ?? "vi";
  const split = shellWords(text);
  return split.kind === "words" ? split.words.map((word) => word.text) : [text];
}

/** Memory that is the user's alone, where the machine has it. */
function privateFolder(): string {
  const runtime = process.env["XDG_RUNTIME_DIR"];
  const found = runtime ? statSync(runtime, { throwIfNoEntry: false }) : undefined;
  const own = found?.isDirectory() === true && found.uid === process.getuid?.();
  return own && runtime !== undefined ? runtime : tmpdir();
}

/** Overwrites what lies in the folder, the editor's own copies included, and removes it. */
function shred(folder: string): void {
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    try {
      const { size } = lstatSync(path);
      const handle = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW);
      writeSync(handle, Buffer.alloc(size));
      fsyncSync(handle);
      closeSync(handle);
    } catch {
      // It is no file, or gone: there is nothing to overwrite.
    }
  }
  rmSync(folder, { recursive: true, force: true });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
