import { describe, expect, test } from "@jest/globals";
import { fileEnvironment, processEnvironment, shownEnvironment } from "./unit-environment.ts";
import { optionIn, unitsIn } from "./unit.ts";

// Recorded from a lab host.
const SHOWN = `MainPID=38
ExecStart={ path=/usr/bin/lightningstream ; argv[]=/usr/bin/lightningstream -c /etc/lightningstream.yml --instance=ns-1 receive ; ignore_errors=no ; start_time=[Sun 2026-11-22 17:08:01 UTC] ; stop_time=[n/a] ; pid=38 ; code=(null) ; status=0/0 }
Environment=A=1 "B=two words"
EnvironmentFiles=/etc/default/lightningstream (ignore_errors=yes)
Id=lightningstream.service
LoadState=loaded
ActiveState=active
ActiveEnterTimestamp=Sun 2026-11-22 17:08:01 UTC
InvocationID=f9af26ac488e4257b194c67997de493a

MainPID=0
Environment=
Id=nope.service
LoadState=not-found
ActiveState=inactive
ActiveEnterTimestamp=
InvocationID=
`;

test("units are read in the order they were asked for", () => {
  const [first, second] = unitsIn(SHOWN, ["lightningstream", "nope"]);
  expect(first).toEqual({
    name: "lightningstream",
    activity: "active",
    pid: 38,
    invocation: "f9af26ac488e4257b194c67997de493a",
    activeSince: Date.UTC(2026, 10, 22, 17, 8, 1) / 1000,
    command: [
      "/usr/bin/lightningstream",
      "-c",
      "/etc/lightningstream.yml",
      "--instance=ns-1",
      "receive",
    ],
    environment: 'A=1 "B=two words"',
    environmentFiles: ["/etc/default/lightningstream"],
  });
  expect(second).toMatchObject({ activity: "absent", pid: 0, activeSince: undefined, command: [] });
});

test("a machine without systemd has no units", () => {
  expect(unitsIn("", ["pdns"])).toMatchObject([{ name: "pdns", activity: "absent" }]);
});

test("options are found in both spellings", () => {
  const command = ["x", "-c", "/a", "--instance=b", "sync"];
  expect(optionIn(command, ["-c", "--config"])).toBe("/a");
  expect(optionIn(command, ["-i", "--instance"])).toBe("b");
  expect(optionIn(command, ["--timeout"])).toBeUndefined();
});

describe("an environment", () => {
  test("of a process", () => {
    expect(processEnvironment("A=1\0B=x=y\0")).toEqual(
      new Map([
        ["A", "1"],
        ["B", "x=y"],
      ]),
    );
  });
  test("of a unit, with quoted words", () => {
    expect(shownEnvironment('A=1 "B=two words" C="d"')).toEqual(
      new Map([
        ["A", "1"],
        ["B", "two words"],
        ["C", "d"],
      ]),
    );
  });
  test("of a file, with comments and quotes", () => {
    expect(fileEnvironment("# x\n;y\n\nLS_PREFIX='v5'\nB = two words \n")).toEqual(
      new Map([
        ["LS_PREFIX", "v5"],
        ["B", "two words"],
      ]),
    );
  });
});
