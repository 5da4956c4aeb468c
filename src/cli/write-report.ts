/** A report on disk is whole or not there: it is written beside its place and renamed. */
import { open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { errorCode, errorText } from "../lib/error-words.ts";
import type { Diagnostic } from "../model/diagnostic.ts";

/** Undefined: it is there. Outputs of hosts are nobody else's business: a new file is readable by its owner only. */
export async function writeReport(path: string, text: string): Promise<Diagnostic | undefined> {
  // A link goes on to point where it did.
  const place = await realpath(path).catch(() => resolve(path));
  const before = await stat(place).catch(() => undefined);
  if (before && !before.isFile()) {
    if (before.isDirectory()) return failure(path, "it is a folder");
    return failure(path, "it is no plain file");
  }
  const beside = join(dirname(place), `.runbook-report-${process.pid}-${Date.now()}`);
  try {
    const file = await open(beside, "wx", before ? before.mode & 0o777 : 0o600);
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
    return failure(path, REASONS[errorCode(error) ?? ""] ?? errorText(error));
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

function failure(path: string, reason: string): Diagnostic {
  return {
    code: "cli/report-not-written",
    severity: "error",
    summary: `the report was not written to ${path}: ${reason}`,
    hint: "Nothing is lost: the journal has everything, and --out takes another place. What stood there before still does.",
  };
}
