import { spawnSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import { renderCommand, type Command } from "../../model/command.ts";
import { lookAtPackages } from "./look.ts";
import { closePreview, openPreview, usePreview } from "./preview.ts";
import { fetchPackages, installPackages, removePackages } from "./transaction.ts";

const NAMES = ["pdns-server", "pdns-tools"];
const TARGETS = NAMES.map((name) => ({ package: name, version: "1:4.9.17-0+deb13u1" }));
const source = {
  path: "/etc/apt/sources.list.d/it's.list",
  text: "deb [trusted=yes] file:/x ./\n",
};
const common = { lockSeconds: 300, allowHeld: true, keepOld: "required" } as const;

const SCRIPTS: readonly (readonly [string, Command])[] = [
  ["a look", lookAtPackages(NAMES)],
  ["a look that tries out", lookAtPackages(NAMES, { simulate: ["pdns-server=5.1.5-1"] })],
  [
    "a preview",
    lookAtPackages(NAMES, {
      first: openPreview({ name: "a", line: "deb x y z" }),
      sourceFile: "/a",
    }),
  ],
  [
    "a look in a preview",
    lookAtPackages(NAMES, { first: usePreview("/tmp/x"), last: closePreview("/tmp/x") }),
  ],
  [
    "an installation",
    installPackages(TARGETS, {
      ...common,
      allowDowngrade: true,
      update: true,
      from: "kept",
      source,
    }),
  ],
  ["a removal", removePackages(NAMES, common)],
  ["a download", fetchPackages(["a=1"], TARGETS, { lockSeconds: 3, update: true, source })],
];

describe("scripts for apt and dpkg", () => {
  test.each(SCRIPTS)("%s is valid for a POSIX shell", (_name, command) => {
    const checked = spawnSync("sh", ["-n"], { input: renderCommand(command), encoding: "utf8" });
    expect(checked.stderr).toBe("");
    expect(checked.status).toBe(0);
  });

  test("what is known to be replaced is kept without trying the transaction out once more", () => {
    const how = { ...common, allowDowngrade: true, update: false, from: "sources" } as const;
    const keeps = (before?: readonly { readonly package: string; readonly version: string }[]) =>
      renderCommand(
        installPackages(TARGETS, { ...how, keepOld: "required", ...(before && { before }) }),
      )
        .split("\n")
        .find((line) => line.endsWith("|| exit 21"));
    expect(keeps([{ package: "a", version: "0.9" }])).toBe("rb_keep_these a=0.9 || exit 21");
    expect(keeps([])).toBe("rb_keep_these  || exit 21");
    expect(keeps()).toMatch(/^rb_keep_old /);
  });
});
