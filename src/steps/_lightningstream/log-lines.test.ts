import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { renderCommand } from "../../model/command.ts";
import { startedIn, waitsFor, watchStartup } from "./log-lines.ts";
import { unitsIn } from "./unit.ts";

// Recorded from a lab host.
const LISTING = `time="2026-11-22T17:09:11Z" level=info msg="[main          ] Waiting for initial receiver listing" db=main error="list snapshots: The specified bucket does not exist." instance=ns1
time="2026-11-22T17:09:11Z" level=warning msg="failure for 1m10s is violating the warning threshold (1m0s)" healthtracker=main_storage_list
`;
const STARTED = `time="2026-11-22T17:10:10Z" level=info msg="startup phase completed successfully" starttracker=main
time="2026-11-22T17:10:11Z" level=info msg="startup phase completed successfully" starttracker=shard
`;

describe("the log says what it waits for", () => {
  test("a storage that cannot be listed", () => {
    expect(waitsFor(LISTING)).toBe(
      "its storage does not answer: The specified bucket does not exist.",
    );
  });
  test("snapshots of others", () => {
    const line = `time="2026-11-22T17:10:09Z" level=info msg="[shard         ] Still waiting for snapshots from instances" db=shard instance=ns1 instances=ns2\n`;
    expect(waitsFor(line)).toBe("it waits for the snapshots of ns2");
  });
  test("an error that ends it", () => {
    const line = `time="2026-11-22T17:09:52Z" level=error msg=Error error="mdb_txn_commit: no space left on device"\n`;
    expect(waitsFor(line)).toBe("mdb_txn_commit: no space left on device");
  });
  test("a storage that drops packets, of which nothing is logged at all", () => {
    const lines = `time="2026-11-22T17:57:53Z" level=info msg="[shard         ] Initialised syncer" db=shard instance=ns1
time="2026-11-22T17:57:53Z" level=info msg="registered tracker for failure duration" healthtracker=shard_storage_load
time="2026-11-22T17:57:53Z" level=info msg="All syncers running"
`;
    expect(waitsFor(lines)).toBe("its storage has not answered yet");
  });
  test("nothing that it knows", () => {
    expect(waitsFor(STARTED)).toBeUndefined();
  });
});

test("startups that are over are found in all log formats, each once", () => {
  expect(startedIn(STARTED)).toEqual(["main", "shard"]);
  expect(
    startedIn(
      `{"level":"info","msg":"startup phase completed successfully","starttracker":"main","time":"x"}`,
    ),
  ).toEqual(["main"]);
  expect(startedIn(STARTED + STARTED)).toEqual(["main", "shard"]);
  expect(startedIn(STARTED.replaceAll("successfully", "succesfully"))).toEqual(["main", "shard"]);
});

describe("a startup that is watched", () => {
  const watched = (activeSince: number) => {
    const bin = mkdtempSync(join(tmpdir(), "runbook-startup-"));
    const asked = join(bin, "asked");
    writeFileSync(asked, "");
    // The journal has one line more at each question.
    const journal = `#!/bin/sh\necho "startup phase completed successfully" >>${asked}\ncat ${asked}\n`;
    writeFileSync(join(bin, "journalctl"), journal, { mode: 0o755 });
    writeFileSync(join(bin, "sleep"), "#!/bin/sh\n", { mode: 0o755 });
    const [shown] = unitsIn("InvocationID=f9af\n", ["x"]);
    if (shown === undefined) throw new Error("no unit");
    const script = renderCommand(watchStartup({ ...shown, activeSince }, 3));
    const env = { PATH: `${bin}:${process.env["PATH"] ?? ""}` };
    expect(spawnSync("sh", { input: script, env })).toMatchObject({ status: 0 });
    const questions = readFileSync(asked, "utf8").split("\n").length - 1;
    rmSync(bin, { recursive: true });
    return questions;
  };

  test("is over when the journal says so of every LMDB", () => {
    expect(watched(Date.now())).toBe(3);
  });
  test("long ago is not asked for", () => {
    expect(watched(0)).toBe(0);
  });
});
