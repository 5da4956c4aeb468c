import type { Outcome } from "../model/diagnostic.ts";
import { readYaml, type YamlDocument } from "../yaml/read.ts";
import type { InventorySettings } from "./settings.ts";

/** YAML of an inventory or of variables; `duplicate_dict_key` decides what a key that stands twice is. */
export function readAnsibleYaml(
  text: string,
  file: string,
  { duplicateKeys }: Pick<InventorySettings, "duplicateKeys">,
): Outcome<YamlDocument> {
  const read = readYaml(text, file, {
    duplicateKeys: duplicateKeys === "error" ? "error" : "warning",
    types: "exact",
  });
  if (duplicateKeys !== "silent") return read;
  return { ...read, problems: read.problems.filter(({ code }) => code !== "yaml/duplicate-key") };
}
