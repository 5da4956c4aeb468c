import type { ParameterSchema } from "../../model/schema.ts";

/** Who may do what: the same parameters in every step that makes files. */
export interface OwnerParams {
  readonly owner?: string | number;
  readonly group?: string | number;
  readonly mode?: string | number;
}

export const OWNER: ParameterSchema<string | number> = {
  type: ["string", "integer"],
  minLength: 1,
  description: "The user who owns it, by name or number. Without it an owner stays as it is.",
};

export const GROUP: ParameterSchema<string | number> = {
  type: ["string", "integer"],
  minLength: 1,
  description: "The group it belongs to, by name or number. Without it a group stays as it is.",
};

export const MODE: ParameterSchema<string | number> = {
  type: ["string", "integer"],
  description:
    'Its permissions, in octal ("0644") or in words ("u=rw,g=r,o="). Without it they stay as they are; a new file gets what the umask leaves.',
  examples: ["0644", "u=rw,g=r,o="],
};

export const VALIDATE: ParameterSchema<string> = {
  type: "string",
  pattern: "%s",
  description:
    "A command that judges the new content before it is put in place; `%s` stands for the file. It runs without a shell.",
  examples: ["/usr/sbin/visudo -cf %s"],
};

export const BACKUP: ParameterSchema<boolean> & { readonly default: boolean } = {
  type: "boolean",
  default: false,
  description:
    "Leave a copy of the old file beside it, with a part of its hash in its name. Undo needs no such copy.",
};

export const ABSOLUTE = "^/[^\\n]*$";
