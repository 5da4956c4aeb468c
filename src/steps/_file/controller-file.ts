import { StepProblem } from "../../model/step.ts";
import type { ControllerFiles, FileBytes } from "../../model/files.ts";
import { wrong } from "./put.ts";

/** A file of the controller: as Ansible has it, in the usual folder beside the playbook first, then beside the playbook. */
export async function sourceFile(
  files: ControllerFiles,
  folder: "files" | "templates",
  src: string,
): Promise<Extract<FileBytes, { kind: "bytes" }>> {
  const places = src.startsWith("/") ? [src] : [`${folder}/${src}`, src];
  for (const place of places) {
    const found = await files.read(place);
    if (found.kind === "bytes") return found;
    if (found.kind === "unreadable") {
      const hint = "Folders are not copied: name a file, or use a loop over files.";
      throw new StepProblem(
        "failed",
        wrong("no-source", `${found.path} cannot be read: ${found.reason}`, hint),
      );
    }
  }
  const looked = places.map((place) => files.resolve(place)).join(" and ");
  throw new StepProblem(
    "failed",
    wrong("no-source", `there is no file ${src} on the controller`, `Looked for ${looked}.`),
  );
}
