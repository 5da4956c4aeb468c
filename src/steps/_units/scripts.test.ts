import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { renderCommand, type Command } from "../../model/command.ts";
import { lookAtUnits } from "./look.ts";
import { moveUnits, type UnitTarget } from "./move.ts";

const held = { run: "20261122-x", host: "it's ns1" };
const unit = "pdns@a\\x2db.service";
const all: readonly UnitTarget[] = [
  { unit, hold: "set", boot: "disable", run: "stop" },
  { unit, hold: "free", boot: "enable-runtime", run: "start" },
  { unit, hold: "keep", boot: "enable", run: "restart" },
  { unit, hold: "keep", boot: "keep", run: "reload" },
];

const SCRIPTS: readonly (readonly [string, Command])[] = [
  ["a look", lookAtUnits(["pdns.service", unit])],
  ["a move of everything", moveUnits(all, held, "reload")],
  ["a move of nothing", moveUnits([], held, "if-needed")],
];

function sh(args: readonly string[], input: string) {
  return spawnSync("sh", args, { input, encoding: "utf8" });
}

describe("scripts for systemd", () => {
  test.each(SCRIPTS)("%s is valid for a POSIX shell", (_name, command) => {
    expect(sh(["-n"], renderCommand(command))).toMatchObject({ stderr: "", status: 0 });
  });

  test("every hold is set and read before the first unit is stopped", () => {
    const two = ["a.service", "b.service"].map((name): UnitTarget => ({
      unit: name,
      hold: "set",
      boot: "keep",
      run: "stop",
    }));
    const script = renderCommand(moveUnits(two, held, "if-needed"));
    const order = [
      "rb_hold a.service",
      "rb_hold b.service",
      "daemon-reload",
      "-- a.service | grep",
      "-- b.service | grep",
      "stop -- a.service",
      "stop -- b.service",
    ].map((words) => script.lastIndexOf(words));
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((one, other) => one - other));
  });

  test("a hold is freed and forgotten by systemd before the unit is started", () => {
    const target: UnitTarget = { unit: "a.service", hold: "free", boot: "keep", run: "start" };
    const script = renderCommand(moveUnits([target], held, "if-needed"));
    const order = ["rb_free a.service", "daemon-reload", "start -- a.service"];
    const places = order.map((words) => script.lastIndexOf(words));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
  });

  test("a systemd that does not know the unit any more gets no hold, and nothing is stopped", () => {
    const bin = mkdtempSync(join(tmpdir(), "runbook-dying-"));
    const said = join(bin, "said");
    for (const name of ["systemctl", "mkdir", "sync", "mv"])
      writeFileSync(join(bin, name), `#!/bin/sh\necho ${name} "$@" >>${said}\nexit 1\n`, {
        mode: 0o755,
      });
    const target: UnitTarget = { unit: "a.service", hold: "set", boot: "keep", run: "stop" };
    const script = renderCommand(moveUnits([target], held, "if-needed"));
    const ended = sh(["-c", `PATH=${bin}:$PATH\n${script}`], "");
    expect(ended).toMatchObject({ status: 20, stdout: "refused:hold a.service\n" });
    expect(readFileSync(said, "utf8")).toBe("systemctl show -p Id --value -- a.service\n");
    rmSync(bin, { recursive: true });
  });
});
