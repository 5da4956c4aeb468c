/** Which of the operator's files were read, and what was in them: a plan file names them, so that it is seen when one moves. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

export interface FilesSeen {
  /** Undefined: there is no such file, or it cannot be read. */
  note(path: string, bytes: Uint8Array | string | undefined): void;
  /** Absolute path to sha256, or to "absent". */
  all(): { readonly [path: string]: string };
}

export function createFilesSeen(): FilesSeen {
  const seen = new Map<string, string>();
  return {
    note(path, bytes) {
      if (!seen.has(path)) seen.set(path, digest(bytes));
    },
    all: () => Object.fromEntries(seen),
  };
}

/** What of them is not as it was any more: paths, in order. */
export async function movedFiles(was: {
  readonly [path: string]: string;
}): Promise<readonly { readonly path: string; readonly now: "absent" | "changed" | "there" }[]> {
  const looks = Object.entries(was).map(async ([path, before]) => {
    const now = digest(await readFile(path).catch(() => undefined));
    if (now === before) return [];
    const how = now === ABSENT ? "absent" : before === ABSENT ? "there" : "changed";
    return [{ path, now: how } as const];
  });
  return (await Promise.all(looks)).flat();
}

const ABSENT = "absent";

function digest(bytes: Uint8Array | string | undefined): string {
  return bytes === undefined ? ABSENT : createHash("sha256").update(bytes).digest("hex");
}
