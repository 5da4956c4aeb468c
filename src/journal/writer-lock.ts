/**
 * One process at a time writes a journal. The claim is a file beside it, created exclusively, holding the process's id,
 * its start time and the boot: a claim whose process is gone is taken over, a pid that is used again is not believed.
 */
import { readFileSync } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { errorCode } from "../lib/error-words.ts";

export type Claimed =
  | { readonly kind: "claimed"; release(): Promise<void> }
  | { readonly kind: "held"; readonly by: string };

export async function claimWriter(path: string): Promise<Claimed> {
  for (let round = 0; round < 5; round++) {
    try {
      const file = await open(path, "wx", 0o600);
      await file.writeFile(ownClaim());
      await file.close();
      return { kind: "claimed", release: () => rm(path, { force: true }) };
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw error;
    }
    const holder = await readFile(path, "utf8").catch(() => "");
    if (holder !== "" && isAlive(holder))
      return { kind: "held", by: holder.replaceAll("\n", " ").trim() };
    // Only the claim that was read is removed: whoever replaced it meanwhile keeps theirs.
    const again = await readFile(path, "utf8").catch(() => undefined);
    if (again === holder) await rm(path, { force: true });
  }
  return { kind: "held", by: "another process that starts again and again" };
}

/** Whether somebody holds it now; takes nothing. */
export async function isClaimed(path: string): Promise<boolean> {
  const holder = await readFile(path, "utf8").catch(() => "");
  return holder !== "" && isAlive(holder);
}

function ownClaim(): string {
  return `pid ${process.pid}\nstart ${startTime(process.pid) ?? "-"}\nboot ${bootId()}\nhost ${hostname()}\n`;
}

function isAlive(claim: string): boolean {
  const word = (name: string): string => new RegExp(`^${name} (.*)$`, "m").exec(claim)?.[1] ?? "";
  if (word("host") !== hostname()) return true;
  if (word("boot") !== bootId()) return false;
  const pid = Number(word("pid"));
  if (!Number.isInteger(pid) || pid <= 0) return false;
  const start = startTime(pid);
  if (start !== undefined) return start === word("start");
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

/** Clock ticks after boot, from /proc; undefined where there is no /proc or no such process. */
function startTime(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

function bootId(): string {
  return readText("/proc/sys/kernel/random/boot_id")?.trim() ?? "-";
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
