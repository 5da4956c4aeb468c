import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { expect, jest, test } from "@jest/globals";
import { invoke } from "../helpers/command-line.ts";
import { Scratch } from "../helpers/reaching.ts";

jest.setTimeout(300_000);

function demo(scratch: Scratch, ...words: readonly string[]) {
  const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: scratch.path };
  return invoke(["demo", ...words], { cwd: scratch.path, env });
}

test("the demo tells its whole story, and takes its fleet away", async () => {
  using scratch = new Scratch();
  const { code, out } = await demo(scratch, "--hosts", "2").ended;
  expect(code).toBe(0);
  const said = out.split("\n");
  expect(
    said.filter((line) => line.startsWith("$ runbook")).map((line) => line.split(" ")[2]),
  ).toEqual(["plan", "apply", "resume", "rollback", "report"]);
  const up = "schema 6, pdns 5.1.5, prefix v6; pdns active, lightningstream active";
  expect(said).toContain(`ns1, ns2: ${up}`);
  expect(said).toContain(
    `ns1, ns2: schema 5, pdns 4.9.17, prefix v5; pdns active, lightningstream active`,
  );
  expect(said).toContain("group_vars/dns_auth.yml: byte for byte as at the beginning");
  const folder = /in (\/\S+\/runbook-fleet-\w+)/.exec(out)?.[1];
  expect(existsSync(folder ?? "/")).toBe(false);
  const report = /-o (\S+\.html)/.exec(out)?.[1] ?? "";
  expect(readFileSync(report, "utf8")).toContain("<html");
  rmSync(report);
});

test("a fault is shown with what became of it", async () => {
  using scratch = new Scratch();
  const { code, out } = await demo(scratch, "--hosts", "2", "--fault", "clock-skew").ended;
  expect(code).toBe(0);
  expect(out).toContain("it ended with exit code 14");
});

test("a fault that is not known is answered with those that are", async () => {
  using scratch = new Scratch();
  const unknown = await demo(scratch, "--fault", "clock-skwe").ended;
  expect(unknown).toMatchObject({ code: 5 });
  expect(unknown.err).toContain('did you mean "clock-skew"?');
  const { code, out } = await demo(scratch, "--fault", "list").ended;
  expect(code).toBe(0);
  expect(out).toContain("power-cut");
});

test("a fleet that is kept prints its inventory, and goes at an interrupt", async () => {
  using scratch = new Scratch();
  const kept = demo(scratch, "--hosts", "1", "--keep");
  await kept.saysIt("export RUNBOOK_INVENTORY=");
  const inventory = /RUNBOOK_INVENTORY=(\S+)/.exec(kept.said())?.[1] ?? "";
  const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: scratch.path };
  const looked = await invoke(["inventory", "--list-hosts", "all", "-i", inventory], {
    cwd: scratch.path,
    env,
  }).ended;
  expect(looked.out.trim()).toBe("ns1");
  // What it prints can be typed in another terminal as it stands, in a shell that knows no runbook.
  const [lines = ""] = /^(alias runbook=.*\n)?export .*$/m.exec(kept.said()) ?? [];
  const typed = `shopt -s expand_aliases\n${lines}\nrunbook runs`;
  const shell = spawnSync("bash", ["--norc", "-c", typed], { encoding: "utf8", env });
  if (shell.error === undefined) expect(shell.stderr).toContain("There is no run here yet");
  kept.signal("SIGINT");
  expect(await kept.ended).toMatchObject({ code: 0 });
  expect(existsSync(inventory)).toBe(false);
});
