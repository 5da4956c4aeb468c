import { TEMPLATE, type JsonSchema } from "./step-schema.ts";
import type { SchemaFault } from "./validate.ts";

/** Alternatives complain one by one; what they say is noise unless it is clear which of them was meant. */
export function withoutNoise(faults: readonly SchemaFault[]): readonly SchemaFault[] {
  const dropped = new Set<SchemaFault>();
  for (const choice of faults) {
    if (choice.keyword !== "anyOf" && choice.keyword !== "oneOf") continue;
    const branches = choice.schema[choice.keyword];
    if (!Array.isArray(branches)) continue;
    const inside = (branch: number) =>
      faults.filter(
        (fault) =>
          fault.schemaPath.startsWith(`${choice.schemaPath}/${branch}/`) &&
          choice.path.every((part, depth) => fault.path[depth] === part),
      );
    const meant = meantBranch(choice, branches, inside);
    if (meant !== undefined) dropped.add(choice);
    for (const branch of branches.keys()) {
      if (branch !== meant) for (const fault of inside(branch)) dropped.add(fault);
    }
  }
  const left = faults.filter((fault) => !dropped.has(fault) && fault.keyword !== "propertyNames");
  return left.filter(
    (fault) =>
      fault.keyword !== "type" ||
      !left.some((other) => other.keyword === "enum" && samePath(other.path, fault.path)),
  );
}

function meantBranch(
  choice: SchemaFault,
  branches: readonly JsonSchema[],
  inside: (branch: number) => readonly SchemaFault[],
): number | undefined {
  const [first, second] = branches;
  if (branches.length === 2 && second?.["pattern"] === TEMPLATE && first !== undefined) return 0;
  const fitting = [...branches.keys()].filter((branch) =>
    inside(branch).every((fault) => fault.keyword !== "type" || !samePath(fault.path, choice.path)),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

function samePath(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((part, depth) => other[depth] === part);
}
