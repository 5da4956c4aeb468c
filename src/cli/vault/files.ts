/** Whole files in and out. `-` is standard input and output. */
import { chmod, chown, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { errorCode, errorText } from "../../lib/error-words.ts";
import type { Diagnostic, Outcome } from "../../model/diagnostic.ts";

export async function readWhole(file: string): Promise<Outcome<Buffer>> {
  try {
    return {
      value: file === "-" ? await buffer(process.stdin) : await readFile(file),
      problems: [],
    };
  } catch (error) {
    const missing = errorCode(error) === "ENOENT";
    return { problems: [trouble(file, missing ? "does not exist" : errorText(error))] };
  }
}

/**
 * Writes all or nothing: beside the file, then in its place. A file that was there keeps its mode and owner, and a
 * symbolic link stays one; a new file is the owner's alone.
 */
export async function writeWhole(file: string, bytes: Uint8Array): Promise<readonly Diagnostic[]> {
  if (file === "-") {
    await new Promise<void>((done) => process.stdout.write(bytes, () => done()));
    return [];
  }
  const target = await realpath(file).catch(() => file);
  const temporary = join(dirname(target), `.${basename(target)}.${String(process.pid)}`);
  try {
    const before = await stat(target).catch(() => undefined);
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (before !== undefined) {
      await chown(temporary, before.uid, before.gid).catch(() => undefined);
      await chmod(temporary, before.mode & 0o7777);
    }
    await rename(temporary, target);
    return [];
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    return [trouble(file, `cannot be written: ${errorText(error)}`)];
  }
}

export function trouble(file: string, what: string, hint?: string): Diagnostic {
  return {
    code: "vault/file",
    severity: "error",
    summary: `${file === "-" ? "standard input" : file}: ${what}`,
    ...(hint !== undefined && { hint }),
  };
}
