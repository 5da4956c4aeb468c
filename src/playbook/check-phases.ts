import { isValueMap } from "../model/value.ts";
import { reads } from "./check-kinds.ts";
import type { WrittenPhase } from "./phases.ts";
import { say, valueAt, type Source } from "./source.ts";
import type { WrittenTask } from "./tasks.ts";

/** What scopes, rest points and the way back mean for each other. */
export function checkPhases(
  source: Source,
  phases: readonly WrittenPhase[],
  rollback: readonly WrittenPhase[],
  tasks: readonly WrittenTask[],
): void {
  for (const written of phases) {
    if (written.phase.scope === "fleet") checkFleet(source, written);
    else if (has(source, written, "incomplete")) {
      say(source, source.at([...written.path, "incomplete"], "key"), {
        code: "playbook/not-here",
        summary: '"incomplete" is about phases with `scope: fleet`',
        hint: "A host's own lane never waits for other hosts; leave it out.",
      });
    }
  }
  for (const written of rollback) {
    for (const key of ["scope", "rest", "incomplete"]) {
      if (!has(source, written, key) || (key === "scope" && written.phase.scope === "host"))
        continue;
      say(source, source.at([...written.path, key], "key"), {
        code: "playbook/not-here",
        summary: `"${key}" has no meaning in rollback phases`,
        hint: "The way back is gone host by host, to its end.",
      });
    }
  }
  if (rollback.length === 0) checkIrreversible(source, tasks);
}

function checkFleet(source: Source, { phase, path, tasks }: WrittenPhase): void {
  if (phase.rest) {
    say(source, source.at([...path, "rest"], "key"), {
      code: "playbook/not-here",
      summary: "a phase with `scope: fleet` is no rest point of a lane",
      hint: "Lanes are at their end before it; leave `rest` out.",
    });
  }
  for (const { task, path: at } of tasks) {
    if (!task.runOnce) continue;
    say(source, source.at([...at, "run_once"], "key"), {
      code: "playbook/not-here",
      summary: '"run_once" is about tasks that every host would do by itself',
      hint: "A read-only task of a fleet phase is done once anyway; what changes one host belongs in a phase with `scope: host`.",
    });
  }
  for (const written of tasks) {
    if (phase.incomplete !== "run" || !editsInventory(written)) continue;
    say(source, source.at([...path, "incomplete"]), {
      code: "playbook/inventory-incomplete",
      summary: `"${written.step?.name ?? ""}" edits the inventory, and the inventory speaks for all hosts`,
      hint: "Put it into a fleet phase of its own, without `incomplete: run`.",
    });
  }
}

function editsInventory(written: WrittenTask): boolean {
  return written.step?.name.startsWith("inventory.") === true && !reads(written);
}

function checkIrreversible(source: Source, tasks: readonly WrittenTask[]): void {
  for (const written of tasks) {
    const { task, path } = written;
    if (task.irreversible === undefined || reads(written)) continue;
    say(source, source.at([...path, "irreversible"], "key"), {
      code: "playbook/no-way-back",
      severity: "warning",
      summary: "after this task there is no way back: the playbook has no `rollback:`",
      hint: "Write the phases that bring such a host back, or say in the reason that there is none.",
    });
  }
}

function has(source: Source, { path }: WrittenPhase, key: string): boolean {
  const value = valueAt(source, path);
  return isValueMap(value) && Object.hasOwn(value, key);
}
