import { describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { claimWriter, isClaimed } from "./writer-lock.ts";

class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "runbook-claim-"));
  readonly claim = join(this.path, "run.writer");
  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

/** A process that was, and is no more. */
const DEAD = spawnSync("true").pid;
const boot = (() => {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "-";
  }
})();
const deadClaim = (word: string): string =>
  `pid ${DEAD}\nstart 1\nboot ${boot}\nhost ${hostname()}\nword ${word}\n`;

describe("R12: the claim to write a journal", () => {
  test("goes to one of eight that ask at once, in each of 200 races; the others are told who has it", async () => {
    using folder = new Folder();
    for (let race = 0; race < 200; race++) {
      // Every other race is about the claim of somebody who died.
      if (race % 2 === 1) writeFileSync(folder.claim, deadClaim(String(race)));
      const claims = await Promise.all(Array.from({ length: 8 }, () => claimWriter(folder.claim)));
      const won = claims.filter((one) => one.kind === "claimed");
      expect([race, won.length]).toEqual([race, 1]);
      for (const one of claims)
        if (one.kind === "held") expect(one.by).toContain(`pid ${process.pid}`);
      expect(await isClaimed(folder.claim)).toBe(true);
      await won[0]?.release();
      expect(readdirSync(folder.path)).toEqual([]);
    }
  });

  test("is taken over from whoever died while taking over", async () => {
    using folder = new Folder();
    writeFileSync(folder.claim, deadClaim("first"));
    // What a remover leaves behind that ends between two steps: the name is that of the claim which it was about to remove.
    const name = createHash("sha256").update(deadClaim("first")).digest("hex").slice(0, 16);
    writeFileSync(`${folder.claim}.${name}`, deadClaim("second"));
    const claim = await claimWriter(folder.claim);
    expect(claim.kind).toBe("claimed");
    expect(readdirSync(folder.path)).toEqual(["run.writer"]);
  });

  test.each([
    ["without what was in it, after a power cut", ""],
    ["of zeros", "\0".repeat(60)],
    ["of another boot", `pid 1\nstart 1\nboot another\nhost ${hostname()}\n`],
  ])("%s is nobody's", async (_, text) => {
    using folder = new Folder();
    writeFileSync(folder.claim, text);
    expect((await claimWriter(folder.claim)).kind).toBe("claimed");
  });

  test("of another machine is believed, and nobody's release takes it away", async () => {
    using folder = new Folder();
    const first = await claimWriter(folder.claim);
    const foreign = "pid 1\nstart 1\nboot b\nhost elsewhere.example\n";
    writeFileSync(folder.claim, foreign);
    if (first.kind === "claimed") await first.release();
    expect(readFileSync(folder.claim, "utf8")).toBe(foreign);
    expect(await claimWriter(folder.claim)).toEqual({
      kind: "held",
      by: "pid 1 start 1 boot b host elsewhere.example",
    });
  });
});
