import type { SchemaFor } from "../../model/schema.ts";
import type { RunParams } from "./run.ts";

/** What both steps that run something take beside the command itself. */
export const RUN_PARAMS: SchemaFor<RunParams> = {
  chdir: { type: "string", description: "Change into this folder first." },
  creates: {
    type: "string",
    description: "A path or glob: where it exists, nothing is run and the task is satisfied.",
  },
  removes: {
    type: "string",
    description:
      "A path or glob: where it does not exist, nothing is run and the task is satisfied.",
  },
  stdin: { type: "string", description: "Written to the standard input of the command." },
  stdin_add_newline: {
    type: "boolean",
    default: true,
    description: "Whether a newline is added to `stdin`.",
  },
};
