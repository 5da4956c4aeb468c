/** What is not as it was any more when a run is gone on with. The run goes on with what its journal has; people are told. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { selectHosts } from "../inventory/select.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Inventory } from "../model/inventory.ts";
import type { Playbook } from "../model/playbook.ts";
import type { RunSpec } from "../model/run-spec.ts";

/** Warnings, none of which keeps the run from going on. */
export async function movedOn(
  spec: RunSpec,
  playbook: Playbook,
  inventory: Inventory | undefined,
): Promise<readonly Diagnostic[]> {
  return [
    ...(await editedPlaybook(spec)),
    ...(inventory === undefined ? [] : addedHosts(spec, playbook, inventory)),
  ];
}

/** A file that is gone is no reason to say anything: it is not needed. */
async function editedPlaybook({ source, folders }: RunSpec): Promise<readonly Diagnostic[]> {
  // The name is as it was given; the folder is where it really was, wherever the operator stands now.
  const bytes = await readFile(join(folders[0] ?? ".", basename(source.file))).catch(
    () => undefined,
  );
  if (bytes === undefined) return [];
  if (createHash("sha256").update(bytes).digest("hex") === source.sha256) return [];
  return [
    {
      code: "run/playbook-edited",
      severity: "warning",
      summary: `${source.file} was edited since the run began; the run goes on with the text that it began with`,
      hint: "To do what the file says now: end this run (resume, rollback or abandon), then apply the file.",
    },
  ];
}

function addedHosts(
  { fleet }: RunSpec,
  playbook: Playbook,
  inventory: Inventory,
): readonly Diagnostic[] {
  const now = selectHosts(inventory, playbook.hosts).value ?? [];
  const added = now.filter((host) => !fleet.includes(host));
  if (added.length === 0) return [];
  return [
    {
      code: "run/hosts-added",
      severity: "warning",
      summary: `${added.join(", ")} came to the inventory since the run began and ${added.length === 1 ? "is" : "are"} no part of it`,
      hint: "Apply the playbook again when this run is over: hosts at their goal are not entered.",
    },
  ];
}
