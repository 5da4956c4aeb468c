import type { ParameterSchema } from "../../model/schema.ts";

/** Where things are on a host when a task does not say otherwise: what Debian's packages and the public roles use. */
export const LMDB_PATH = "/var/lib/powerdns/pdns.lmdb";
export const CONFIG_PATH = "/etc/lightningstream.yml";
export const PDNS_UNIT = "pdns";
export const LIGHTNINGSTREAM_UNIT = "lightningstream";
export const PDNS_USER = "pdns";

export const lmdbParam = {
  type: "string",
  description:
    "Path of the server's main LMDB file, as in its setting `lmdb-filename`; the shards lie beside it.",
  default: LMDB_PATH,
} as const satisfies ParameterSchema<string>;

export const configParam = {
  type: "string",
  description: "Path of Lightning Stream's configuration.",
  default: CONFIG_PATH,
} as const satisfies ParameterSchema<string>;

export const pdnsUnitParam = {
  type: "string",
  description: "The server's systemd unit; `pdns@NAME` for a named instance.",
  default: PDNS_UNIT,
} as const satisfies ParameterSchema<string>;

export const lightningStreamUnitParam = {
  type: "string",
  description: "Lightning Stream's systemd unit.",
  default: LIGHTNINGSTREAM_UNIT,
} as const satisfies ParameterSchema<string>;

export const userParam = {
  type: "string",
  description: "The user that both daemons run as and that owns the LMDB files.",
  default: PDNS_USER,
} as const satisfies ParameterSchema<string>;

export const controlParam = {
  type: "array",
  items: { type: "string" },
  minItems: 1,
  description:
    "The command that talks to the server, as a list of words; a named instance wants `--config-name`.",
  default: ["pdns_control"],
  examples: [["pdns_control", "--config-name=internal"]],
} as const satisfies ParameterSchema<readonly string[]>;

export const PDNS_CONTROL: readonly string[] = ["pdns_control"];
