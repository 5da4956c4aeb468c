import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { renderCommand } from "../../model/command.ts";
import { contentIn, contentSum, printContent } from "./content.ts";

// Recorded from two lab hosts: the same zone, with each host's own transaction number in digits 17 to 32.
const ZONE_HERE =
  "18ea6cf7b6e099da000000000000003c0000000000000000000100000000000000000d00000000000000037a3530";
const ZONE_THERE = ZONE_HERE.replace("000000000000003c", "00000000000000a7");
const DELETED = "18ea6cf7b6e099da000000000000003c00010000000000000000";

/** A stand-in for mdb_dump that prints a file of that database, or says what the real one says when there is none. */
const MDB_DUMP = `#!/bin/sh
from=\${0%/*}/$3@\${4##*/}
[ -e "$from" ] || { echo "mdb_dump: mdb_open failed, error -30798 MDB_NOTFOUND: No matching key/data pair found" >&2; exit 1; }
printf 'VERSION=3\\nformat=bytevalue\\ndatabase=%s\\ntype=btree\\nmapsize=104857600\\nHEADER=END\\n' "$3"
cat "$from"
echo DATA=END
`;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runbook-content-"));
  writeFileSync(join(folder, "mdb_dump"), MDB_DUMP, { mode: 0o755 });
  writeFileSync(join(folder, "pdns.lmdb-0"), "");
});
afterEach(() => rmSync(folder, { recursive: true }));

function store(
  database: string,
  pairs: readonly (readonly [string, string])[],
  file = "pdns.lmdb",
) {
  const lines = pairs.map(([key, value]) => ` ${key}\n ${value}\n`).join("");
  writeFileSync(join(folder, `${database}@${file}`), lines);
}

function content() {
  const command = renderCommand(printContent(join(folder, "pdns.lmdb"), userInfo().username));
  const done = spawnSync("sh", ["-c", command], {
    encoding: "utf8",
    env: { PATH: `${folder}:${process.env["PATH"] ?? ""}`, LC_ALL: "C" },
  });
  const found = contentIn(done.stdout);
  if (found.kind !== "parts") throw new Error(`${found.reason}\n${done.stderr}`);
  return found.parts;
}

describe("the content of an LMDB", () => {
  test("is counted for each database that holds something", () => {
    store("domains_v5", [["01", ZONE_HERE]]);
    store(
      "records_v5",
      [
        ["02", ZONE_HERE],
        ["03", ZONE_HERE],
      ],
      "pdns.lmdb-0",
    );
    store("views_v6", []);
    expect(content()).toMatchObject([
      { name: "domains", entries: 1 },
      { name: "records", entries: 2 },
    ]);
  });

  test("is the same with another transaction number, and that alone", () => {
    store("domains_v5", [["01", ZONE_HERE]]);
    const here = contentSum(content());
    store("domains_v5", [["01", ZONE_THERE]]);
    expect(contentSum(content())).toBe(here);
    store("domains_v5", [["01", `${ZONE_THERE.slice(0, -1)}1`]]);
    expect(contentSum(content())).not.toBe(here);
    store("domains_v5", [["02", ZONE_HERE]]);
    expect(contentSum(content())).not.toBe(here);
  });

  test("does not hold what is deleted, wherever the mark of it is still kept", () => {
    store("domains_v5", [["01", ZONE_HERE]]);
    const here = contentSum(content());
    store("domains_v5", [
      ["00", DELETED],
      ["01", ZONE_HERE],
      ["09", DELETED],
    ]);
    expect(content()).toMatchObject([{ name: "domains", entries: 1 }]);
    expect(contentSum(content())).toBe(here);
  });

  test("keeps every other flag, and what follows the header", () => {
    store("domains_v5", [["01", ZONE_HERE]]);
    const here = contentSum(content());
    const flagged = `${ZONE_HERE.slice(0, 35)}2${ZONE_HERE.slice(36)}`;
    store("domains_v5", [["01", flagged]]);
    expect(content()).toMatchObject([{ entries: 1 }]);
    expect(contentSum(content())).not.toBe(here);
  });

  test("moves to another shard without being mistaken for the first", () => {
    writeFileSync(join(folder, "pdns.lmdb-11"), "");
    store("records_v5", [["02", ZONE_HERE]], "pdns.lmdb-11");
    expect(content()).toMatchObject([{ name: "records 11", entries: 1 }]);
  });
});

test("anything that mdb_dump says, except that a database is not there, is no content", () => {
  expect(
    contentIn(
      "part domains_v5 pdns.lmdb\nmdb_dump: mdb_env_open failed, error 13 Permission denied\n",
    ),
  ).toEqual({
    kind: "unreadable",
    reason: "mdb_dump: mdb_env_open failed, error 13 Permission denied",
  });
  expect(contentIn("part domains_v5 pdns.lmdb\n")).toEqual({
    kind: "unreadable",
    reason: "no sum of domains_v5",
  });
});
