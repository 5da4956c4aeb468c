import { createHash } from "node:crypto";
import { sh } from "../../model/command.ts";
import { StepProblem } from "../../model/step.ts";
import type { HostReader } from "../../model/transport.ts";
import { ask, type Answer } from "../ask.ts";

/** The names of all zones, as the running server lists them; in alphabetical order, each with its dot. */
export async function listZones(
  host: HostReader,
  control: readonly string[],
): Promise<readonly string[]> {
  return zonesIn(await ask(host, sh`${control} list-zones`));
}

/** One name per line, then `All zonecount: 50`. A list that was cut is not taken for a short one. */
export function zonesIn(answer: Pick<Answer, "code" | "out" | "err">): readonly string[] {
  const count = /^All zonecount: *(\d+)\s*$/m.exec(answer.out)?.[1];
  const zones = answer.out
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.includes(" "))
    .map((zone) => zone.toLowerCase().replace(/\.?$/, "."));
  if (answer.code !== 0 || count === undefined) throw serverSilent("list its zones", answer);
  if (zones.length !== Number(count)) {
    throw new StepProblem("failed", {
      code: "step/zone-list",
      severity: "error",
      summary: `the server says that it has ${count} zones, but lists ${zones.length}`,
    });
  }
  return zones.toSorted();
}

/** Compares lists of any length at a glance. */
export function zonesSha256(zones: readonly string[]): string {
  return createHash("sha256").update(zones.join("\n")).digest("hex");
}

export function serverSilent(what: string, answer: Pick<Answer, "out" | "err">): StepProblem {
  const said = `${answer.out}\n${answer.err}`.trim().split("\n").slice(-6);
  return new StepProblem("failed", {
    code: "step/pdns-silent",
    severity: "error",
    summary: `PowerDNS does not ${what}`,
    hint: "Is the server running? `journalctl -u pdns` says why not; a named instance wants `control:`.",
    detail: said.filter((line) => line !== ""),
  });
}
