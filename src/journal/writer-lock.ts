/**
 * One process at a time writes a journal. The claim is a file beside it, holding the process's id, its start time, the boot
 * and a word of its own; it appears whole, by link. A claim whose process is gone is removed by the one process that made a
 * file named by that very claim: whoever looked at the same time never removes what came after it.
 */
import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { errorCode } from "../lib/error-words.ts";
import { createIn } from "./shared-folder.ts";

export type Claimed =
  | { readonly kind: "claimed"; release(): Promise<void> }
  | { readonly kind: "held"; readonly by: string };

export async function claimWriter(path: string): Promise<Claimed> {
  const claim = ownClaim();
  for (let round = 0; round < 5; round++) {
    if (await appears(path, claim)) return { kind: "claimed", release: () => release(path, claim) };
    const holder = await readFile(path, "utf8").catch(() => undefined);
    if (holder === undefined) continue;
    if (isAlive(holder)) return { kind: "held", by: words(holder) };
    const other = await removeDead(path, holder, claim);
    if (other !== undefined) return { kind: "held", by: words(other) };
  }
  return { kind: "held", by: "another process that starts again and again" };
}

/** The file is there with this text, or somebody else's is. */
async function appears(path: string, text: string): Promise<boolean> {
  const beside = `${path}.${randomUUID()}`;
  const file = await createIn(dirname(path), beside);
  try {
    await file.writeFile(text);
    await link(beside, path);
    return true;
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
    return false;
  } finally {
    await file.close();
    await rm(beside, { force: true });
  }
}

/** Whoever is at it already and alive is said. A remover that died half way is followed by the next in line. */
async function removeDead(path: string, dead: string, claim: string): Promise<string | undefined> {
  const guards: string[] = [];
  for (let before = dead; ;) {
    const guard = `${path}.${createHash("sha256").update(before).digest("hex").slice(0, 16)}`;
    guards.push(guard);
    if (await appears(guard, claim)) break;
    const other = await readFile(guard, "utf8").catch(() => undefined);
    if (other === undefined) return undefined;
    if (isAlive(other)) return other;
    before = other;
  }
  if ((await readFile(path, "utf8").catch(() => undefined)) === dead)
    await rm(path, { force: true });
  // Only now, and from the last: who finds the beginning of the chain free finds the dead claim gone, too.
  for (const guard of guards.toReversed()) await rm(guard, { force: true });
  return undefined;
}

async function release(path: string, claim: string): Promise<void> {
  const now = await readFile(path, "utf8").catch(() => undefined);
  if (now === claim) await rm(path, { force: true });
}

function words(claim: string): string {
  return claim
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("word "))
    .join(" ");
}

/** Whether somebody holds it now; takes nothing. */
export async function isClaimed(path: string): Promise<boolean> {
  const holder = await readFile(path, "utf8").catch(() => "");
  return holder !== "" && isAlive(holder);
}

function ownClaim(): string {
  return `pid ${process.pid}\nstart ${startTime(process.pid) ?? "-"}\nboot ${bootId()}\nhost ${hostname()}\nword ${randomUUID()}\n`;
}

function isAlive(claim: string): boolean {
  const word = (name: string): string => new RegExp(`^${name} (.*)$`, "m").exec(claim)?.[1] ?? "";
  // A power cut may leave a file without what was in it.
  if (word("pid") === "") return false;
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
