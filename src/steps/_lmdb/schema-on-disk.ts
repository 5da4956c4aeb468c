import { sh } from "../../model/command.ts";
import type { HostReader } from "../../model/transport.ts";
import type { Answer } from "../ask.ts";
import { ask } from "../ask.ts";
import { asUser } from "./as-user.ts";
import { numberIn, pairsOf } from "./dump.ts";

/** What an LMDB file says about its schema. The file alone tells the truth: the programs print what they were built for. */
export type SchemaOnDisk =
  | { readonly kind: "schema"; readonly version: number }
  | { readonly kind: "absent" }
  /** An LMDB, but no name server has ever stored anything in it. */
  | { readonly kind: "empty" }
  | { readonly kind: "unreadable"; readonly reason: string; readonly hint?: string };

export interface LmdbPlace {
  readonly lmdb: string;
  readonly user: string;
  /** Lightning Stream's configuration: its program can read the file where lmdb-utils are missing. */
  readonly config: string;
}

const SCHEMA_KEY = Buffer.from("schemaversion").toString("hex");
const NOT_INSTALLED = 127;

/** Reads the schema version without any PowerDNS program: `pdnsutil` 5.x would upgrade the file by opening it. */
export async function readSchema(host: HostReader, place: LmdbPlace): Promise<SchemaOnDisk> {
  const { lmdb, user } = place;
  const dump = asUser(user, sh`mdb_dump -n -s pdns ${lmdb}`);
  const answer = await ask(host, sh`if [ -e ${lmdb} ]; then ${dump}; else echo absent; fi`);
  if (answer.code === NOT_INSTALLED) return readWithLightningStream(host, place);
  return schemaIn(answer);
}

/** Judges what `mdb_dump -s pdns` answered. */
export function schemaIn(answer: Pick<Answer, "code" | "out" | "err">): SchemaOnDisk {
  if (answer.code !== 0) return refused(answer.err);
  if (answer.out.trim() === "absent") return { kind: "absent" };
  const stored = pairsOf(answer.out).get(SCHEMA_KEY);
  if (stored === undefined) return { kind: "empty" };
  const version = numberIn(stored);
  return version === undefined
    ? { kind: "unreadable", reason: `the entry "schemaversion" holds ${stored}` }
    : { kind: "schema", version };
}

function refused(said: string): SchemaOnDisk {
  if (said.includes("MDB_NOTFOUND")) return { kind: "empty" };
  const reason = said.trim().split("\n").at(-1) ?? "";
  if (said.includes("Permission denied")) {
    return {
      kind: "unreadable",
      reason,
      hint: "Become root or the server's own user, and check owner and mode of the LMDB files.",
    };
  }
  if (said.includes("MDB_INVALID") || said.includes("MDB_VERSION_MISMATCH")) {
    return {
      kind: "unreadable",
      reason,
      hint: "The file is no LMDB, or was written by another major version of the LMDB library.",
    };
  }
  return { kind: "unreadable", reason };
}

async function readWithLightningStream(
  host: HostReader,
  { lmdb, user, config }: LmdbPlace,
): Promise<SchemaOnDisk> {
  const dump = asUser(user, sh`lightningstream -c ${config} --timeout 50s dump -n main`);
  const answer = await ask(host, sh`${dump} 2>/dev/null | sed -n '/^schemaversion /{p;q;}'`);
  const version = schemaInLine(answer.out);
  if (version !== undefined) return { kind: "schema", version };
  return {
    kind: "unreadable",
    reason: `mdb_dump is not installed, and Lightning Stream cannot read ${lmdb} either`,
    hint: "Install lmdb-utils (Debian) or lmdb (EL); both are small and change nothing.",
  };
}

/** `schemaversion  =  .... [00 00 00 05]  (…)`, the last bytes in brackets, as Lightning Stream prints an entry. */
export function schemaInLine(line: string): number | undefined {
  const bytes = /^schemaversion .*\[((?:[0-9a-f]{2} ?)+)\]/m.exec(line)?.[1];
  return bytes === undefined ? undefined : numberAtEnd(bytes.replaceAll(" ", ""));
}

function numberAtEnd(hex: string): number | undefined {
  return hex.length < 8 ? undefined : Number.parseInt(hex.slice(-8), 16);
}
