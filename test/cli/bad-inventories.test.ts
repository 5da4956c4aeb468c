import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runbookHere } from "../helpers/in-process.ts";

jest.setTimeout(60_000);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bad-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string | Uint8Array, mode = 0o644): void {
  writeFileSync(join(folder, name), content);
  chmodSync(join(folder, name), mode);
}
const list = (...args: readonly string[]) => runbookHere(["inventory", "--list", ...args], folder);
const mib = 1024 * 1024;

describe("a bad inventory is refused with its place and its cause: 16, and nothing on standard output", () => {
  test.each<[string, string | Uint8Array, string, RegExp]>([
    ["50 MiB of INI", Buffer.alloc(50 * mib, "h1 a=1\n"), "x.ini:1:1", /larger than 16 MiB/],
    ["50 MiB of YAML", Buffer.alloc(50 * mib, "a: {}\n"), "x.yml:1:1", /larger than 16 MiB/],
    ["binary", Buffer.from([...Array(256).keys()]), "x.ini:3:", /not UTF-8: byte 0x80/],
    ["a NUL", "[web]\nw1\0 a=1\n", "x.ini:2:3", /NUL/],
    ["UTF-16", Buffer.from("\uFEFF[web]\nw1\n", "utf16le"), "x.ini:1:1", /UTF-16/],
    ["Latin-1", Buffer.from("[web]\nw\u00e9\n", "latin1"), "x.ini:2:2", /not UTF-8: byte 0xe9/],
    ["cut off", 'all:\n  hosts:\n    w1: {a: "x', "x.yml:3:", /not closed/],
    [
      "nested deeply",
      `${'{"a":'.repeat(2000)}1${"}".repeat(2000)}`,
      "x.json:1:",
      /nested too deeply/,
    ],
    ["a circle", "[a:children]\nb\n[b:children]\na\n", "x.ini:4:1", /cannot be a child/],
    ["all below a group", "[a:children]\nall\n", "x.ini:2:1", /all cannot be a child/],
    ["__proto__ in INI", "[web]\nw1 __proto__=1\n", "x.ini:2:4", /__proto__/],
    ["__proto__ in YAML", "all:\n  vars: {__proto__: 1}\n", "x.yml:2:10", /__proto__/],
  ])("%s", async (_what, content, place, cause) => {
    const name = place.split(":")[0] ?? "";
    file(name, content);
    const { code, out, err } = await list("-i", name);
    expect([code, out]).toEqual([16, ""]);
    expect(err).toContain(place);
    expect(err).toMatch(cause);
    expect(err).not.toMatch(/\n\s+at /);
  });

  test.each([
    ["prints rubbish", "#!/bin/sh\nhead -c 100 /dev/urandom", /did not print JSON/],
    ["prints YAML", "#!/bin/sh\necho 'all: {}'", /did not print JSON/],
    ["fails", "#!/bin/sh\necho boom >&2\nexit 3", /ended with 3[^]*boom/],
    ["has no interpreter", "#!/no/such/program", /first line does not exist/],
    ["hangs, children and all", "#!/bin/sh\nsleep 600 &\nsleep 600", /no answer within 1 s/],
    ["never stops printing", "#!/bin/sh\nyes", /more than 64 MiB|no answer within/],
  ])("a script that %s", async (_what, script, cause) => {
    file("s.sh", `${script}\n`, 0o755);
    process.env["RUNBOOK_INVENTORY_TIMEOUT"] = script.includes("sleep") ? "1" : "30";
    const { code, out, err } = await list("-i", "s.sh");
    delete process.env["RUNBOOK_INVENTORY_TIMEOUT"];
    expect([code, out]).toEqual([16, ""]);
    expect(err).toContain("s.sh:1:1");
    expect(err).toMatch(cause);
  });

  test("a folder that contains itself", async () => {
    mkdirSync(join(folder, "loop"));
    symlinkSync("../loop", join(folder, "loop", "again"));
    const { code, err } = await list("-i", "loop");
    expect([code, err]).toEqual([16, expect.stringContaining("circle")]);
  });

  test("what does not exist, or leads in a circle, is no inventory: 15", async () => {
    symlinkSync("self", join(folder, "self"));
    for (const name of ["nope", "self"]) {
      const { code, out } = await list("-i", name);
      expect([code, out]).toEqual([15, ""]);
    }
  });
});

describe("what somebody else may have written is not obeyed (S12, S14)", () => {
  test("an ansible.cfg in a folder that everybody may write into is skipped, and that is said", async () => {
    const open = join(folder, "open");
    mkdirSync(open);
    writeFileSync(join(open, "mine"), "h1\n");
    writeFileSync(join(open, "ansible.cfg"), "[defaults]\ninventory = mine\n");
    chmodSync(open, 0o755);
    expect((await runbookHere(["inventory", "--list"], open)).code).toBe(0);
    chmodSync(open, 0o777);
    const { code, err } = await runbookHere(["inventory", "--list"], open);
    expect([code, err]).toEqual([15, expect.stringContaining("everybody may write")]);
  });

  test("an executable file without #! is read, never run", async () => {
    file("plain", "touch ran\n[web]\nw1\n", 0o755);
    const { err } = await list("-i", "plain");
    expect(err).toContain("plain:1:7");
  });

  test("the environment wins over ansible.cfg, and RUNBOOK_ over ANSIBLE_", async () => {
    const own = join(folder, "own");
    mkdirSync(own, { mode: 0o755 });
    for (const name of ["a", "b", "c"]) writeFileSync(join(own, name), `${name}\n`);
    writeFileSync(join(own, "ansible.cfg"), "[defaults]\ninventory = a ; why\n");
    const hosts = async () => (await runbookHere(["inventory", "--list-hosts", "all"], own)).out;
    expect(await hosts()).toBe("a\n");
    process.env["ANSIBLE_INVENTORY"] = "b";
    expect(await hosts()).toBe("b\n");
    process.env["RUNBOOK_INVENTORY"] = "c";
    expect(await hosts()).toBe("c\n");
    delete process.env["ANSIBLE_INVENTORY"];
    delete process.env["RUNBOOK_INVENTORY"];
  });
});
