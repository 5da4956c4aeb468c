/** What is written for people to keep is whole or not there: it is written beside its place and renamed. */
import { open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { errorCode, errorText } from "../lib/error-words.ts";
import type { Diagnostic } from "../model/diagnostic.ts";

/** Undefined: it is there. Outputs of hosts are nobody else's business: a new file is readable by its owner only. */
export function writeReport(path: string, text: string): Promise<Diagnostic | undefined> {
  return writeWhole(path, text, { what: "report" });
}

export interface Written {
  /** What it is called when it cannot be written. */
  readonly what: "report" | "plan file";
  /** Whatever stood there before; else that one's. */
  readonly mode?: number;
}

export async function writeWhole(
  path: string,
  text: string,
  { what, mode }: Written,
): Promise<Diagnostic | undefined> {
  // A link goes on to point where it did.
  const place = await realpath(path).catch(() => resolve(path));
  const before = await stat(place).catch(() => undefined);
  if (before && !before.isFile())
    return failure(path, before.isDirectory() ? "it is a folder" : "it is no plain file", what);
  const beside = join(dirname(place), `.runbook-report-${process.pid}-${Date.now()}`);
  try {
    const file = await open(beside, "wx", mode ?? (before ? before.mode & 0o777 : 0o600));
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, place);
    return undefined;
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    return failure(path, REASONS[errorCode(error) ?? ""] ?? errorText(error), what);
  }
}

const REASONS: { readonly [code: string]: string } = {
  ENOSPC: "the disk is full",
  EDQUOT: "the quota is used up",
  EFBIG: "the file would be larger than is allowed here",
  EACCES: "there is no permission to write there",
  EPERM: "there is no permission to write there",
  EROFS: "the file system is read-only",
  ENOENT: "there is no such folder",
  ENOTDIR: "part of the path is no folder",
};

function failure(path: string, reason: string, what: Written["what"]): Diagnostic {
  const hints = {
    report:
      "Nothing is lost: the journal has everything, and --out takes another place. What stood there before still does.",
    "plan file":
      "Nothing was changed, and --out takes another place. What stood there before still does.",
  };
  return {
    code: `cli/${what.replace(" ", "-")}-not-written`,
    severity: "error",
    summary: `the ${what} was not written to ${path}: ${reason}`,
    hint: hints[what],
  };
}
