import { createHash } from "node:crypto";
import { sh, type Command } from "../../model/command.ts";
import { asUser } from "./as-user.ts";

/** One kind of thing that is stored: how many of it, and a sum over all of it. */
export type ContentPart = {
  readonly name: string;
  readonly entries: number;
  readonly sha256: string;
};

/**
 * What a server serves from; the names of the databases are the same in schema 5 and 6. Left out: indexes, which follow from
 * these, and `pdns`, which holds the schema version itself. What a release does not have yet counts as empty.
 */
const MAIN: readonly string[] = [
  "domains_v5",
  "domains_extra_v6",
  "keydata_v5",
  "metadata_v5",
  "tsig_v5",
  "networks_v6",
  "views_v6",
];
const SHARD: readonly string[] = ["records_v5", "comments_v7"];

/**
 * Prints a sum and a number of lines for each database. Every value begins with a header of 24 bytes that Lightning
 * Stream merges by: time (equal on all hosts), transaction (each host's own: cut out), version, flags. An entry with the
 * lowest flag set is a deleted one; it is left out, because hosts forget deleted entries at different times.
 */
export function printContent(path: string, user: string): Command {
  const dump = asUser(user, sh`mdb_dump -n -s "$name" "$file"`);
  return sh`part() { name=$1 file=$2; echo "part $1 \${2##*/}"
{ { ${dump} 2>&4 | sed -n '/^ /{N;/\\n .\\{35\\}[13579bdf]/d;s/\\(\\n .\\{16\\}\\).\\{16\\}/\\1/;p;}' | tee /dev/fd/3 | sha256sum >&4; } 3>&1 | wc -l >&4; } 4>&1; }
for one in ${MAIN}; do part "$one" ${path}; done
for shard in ${path}-[0-9] ${path}-[0-9][0-9]; do [ ! -e "$shard" ] || for one in ${SHARD}; do part "$one" "$shard"; done; done`;
}

export type PrintedContent =
  | { readonly kind: "parts"; readonly parts: readonly ContentPart[] }
  | { readonly kind: "unreadable"; readonly reason: string };

/** Reads what was printed. A database that is not there is an empty one; anything else that `mdb_dump` says is fatal. */
export function contentIn(printed: string): PrintedContent {
  const parts: ContentPart[] = [];
  for (const block of printed.split(/^part /m).slice(1)) {
    const [head = "", ...lines] = block.split("\n");
    const [database = "", file = ""] = head.split(" ");
    const complaint = lines.find((line) => /^(?:mdb_dump|runuser|sh): /.test(line));
    if (complaint !== undefined && !complaint.includes("MDB_NOTFOUND")) {
      return { kind: "unreadable", reason: complaint };
    }
    const sha256 = lines.map((line) => /^([0-9a-f]{64}) /.exec(line)?.[1]).find(Boolean);
    const count = lines.map((line) => /^ *(\d+)$/.exec(line)?.[1]).find(Boolean);
    if (sha256 === undefined || count === undefined) {
      return { kind: "unreadable", reason: `no sum of ${database}` };
    }
    const shard = /-(\d+)$/.exec(file)?.[1];
    const name =
      database.replace(/_v\d+$/, "") + (shard === undefined || shard === "0" ? "" : ` ${shard}`);
    parts.push({ name, entries: Number(count) / 2, sha256 });
  }
  return { kind: "parts", parts: parts.filter(({ entries }) => entries > 0) };
}

/** Equal exactly when everything that is stored is. */
export function contentSum(parts: readonly ContentPart[]): string {
  const lines = parts.map(({ name, sha256 }) => `${name} ${sha256}`).toSorted();
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}
