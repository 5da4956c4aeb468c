import type { StepRegistry } from "../model/step.ts";
import { playbookSchema } from "./schema.ts";
import { folderOf, stepIndexPage, stepPage } from "./step-page.ts";

/** The committed files that are made from the steps: path from the root of the repository, and content. */
export function generatedFiles(steps: StepRegistry): ReadonlyMap<string, string> {
  return new Map([
    ["schemas/playbook.schema.json", `${JSON.stringify(playbookSchema(steps), null, 2)}\n`],
    ["docs/steps/README.md", stepIndexPage(steps)],
    ...[...steps.values()].map((step): [string, string] => [
      `docs/steps/${folderOf(step)}.md`,
      stepPage(step),
    ]),
  ]);
}
