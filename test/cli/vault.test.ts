import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { invoke } from "../helpers/command-line.ts";
import { eventually } from "../helpers/reaching.ts";

jest.setTimeout(120_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vault-"));
  mkdirSync(join(folder, "runtime"), { mode: 0o700 });
  file("pw", "first\n");
  file("pw2", "second\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string, mode = 0o644): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}
const read = (name: string) => readFileSync(join(folder, name), "utf8");
const env = () => ({
  PATH: process.env["PATH"] ?? "",
  HOME: folder,
  XDG_RUNTIME_DIR: join(folder, "runtime"),
});

function start(args: readonly string[], more: Readonly<Record<string, string>> = {}, stdin = "") {
  return invoke(["vault", ...args], { cwd: folder, env: { ...env(), ...more }, stdin });
}
const vault = (...args: Parameters<typeof start>) => start(...args).ended;
const WITH = ["--vault-password-file", "pw"];

describe("files", () => {
  test("encrypt and decrypt give the bytes back; mode and symbolic link stay", async () => {
    file("plain.yml", "a: 1\r\nb: é\n", 0o640);
    symlinkSync("plain.yml", join(folder, "link.yml"));
    expect((await vault(["encrypt", "link.yml", ...WITH])).code).toBe(0);
    expect(read("plain.yml")).toMatch(/^\$ANSIBLE_VAULT;1\.1;AES256\n[0-9a-f]{80}\n/);
    expect(statSync(join(folder, "plain.yml")).mode & 0o777).toBe(0o640);
    expect((await vault(["view", "link.yml", ...WITH])).out).toBe("a: 1\r\nb: é\n");
    expect((await vault(["decrypt", "link.yml", ...WITH])).code).toBe(0);
    expect(read("plain.yml")).toBe("a: 1\r\nb: é\n");
  });

  test("without files, from standard input to standard output", async () => {
    const sealed = (await vault(["encrypt", "--vault-id", "dev@pw"], {}, "x: y\n")).out;
    expect(sealed.split("\n")[0]).toBe("$ANSIBLE_VAULT;1.2;AES256;dev");
    expect((await vault(["decrypt", ...WITH], {}, sealed)).out).toBe("x: y\n");
  });

  test("what is decrypted into a new file is its owner's alone", async () => {
    file("plain", "secret\n");
    await vault(["encrypt", "plain", "--output", "sealed", ...WITH]);
    await vault(["decrypt", "sealed", "--output", "new", ...WITH]);
    expect(statSync(join(folder, "new")).mode & 0o777).toBe(0o600);
  });

  test("rekey opens all files before it changes the first", async () => {
    file("a", "a\n");
    file("b", "b\n");
    await vault(["encrypt", "a", ...WITH]);
    await vault(["encrypt", "b", "--vault-password-file", "pw2"]);
    const before = read("a");
    const refused = await vault(["rekey", "a", "b", ...WITH, "--new-vault-id", "new@pw2"]);
    expect([refused.code, read("a")]).toEqual([16, before]);
    expect(refused.err).toContain("b:1:1");
    expect((await vault(["rekey", "a", ...WITH, "--new-vault-id", "new@pw2"])).code).toBe(0);
    expect(read("a")).toMatch(/^\$ANSIBLE_VAULT;1\.2;AES256;new\n/);
    expect((await vault(["view", "a", "--vault-password-file", "pw2"])).out).toBe("a\n");
  });

  test.each([
    ["encrypted twice", ["encrypt", "sealed"], "already encrypted"],
    ["not there", ["view", "nope"], "does not exist"],
    ["not encrypted", ["decrypt", "pw"], "not an ansible-vault text"],
    ["of another password", ["view", "sealed", "--vault-password-file", "pw2"], "no given vault"],
    ["cut short", ["view", "cut"], "cut short"],
  ])("a file that is %s is refused with its name", async (_what, args, said) => {
    file("sealed", "x\n");
    await vault(["encrypt", "sealed", ...WITH]);
    file("cut", read("sealed").slice(0, -90));
    const all = args.includes("--vault-password-file") ? args : [...args, ...WITH];
    const { code, out, err } = await vault(all);
    expect([code, out]).toEqual([16, ""]);
    expect(err).toContain(said);
    expect(err).toContain(args[1] ?? "");
  });
});

describe("which password", () => {
  test("of several, the one that encrypts must be said", async () => {
    const both = ["--vault-id", "dev@pw", "--vault-id", "prod@pw2"];
    const unclear = await vault(["encrypt", ...both], {}, "x\n");
    expect([unclear.code, unclear.err]).toEqual([16, expect.stringContaining("dev, prod")]);
    const clear = await vault(["encrypt", ...both, "--encrypt-vault-id", "prod"], {}, "x\n");
    expect(clear.out).toMatch(/;prod\n/);
    const set = await vault(["encrypt", ...both], { ANSIBLE_VAULT_ENCRYPT_IDENTITY: "dev" }, "x\n");
    expect(set.out).toMatch(/;dev\n/);
  });

  test("a client script is told the id, and a file that is only executable is not run", async () => {
    file("my-client", '#!/bin/sh\necho "pw-of-$2"\n', 0o755);
    file("same", "pw-of-dev\n");
    file("careless", "touch ran\n", 0o755);
    const sealed = (await vault(["encrypt", "--vault-id", "dev@my-client"], {}, "x\n")).out;
    expect((await vault(["decrypt", "--vault-password-file", "same"], {}, sealed)).out).toBe("x\n");
    const refused = await vault(["decrypt", "--vault-password-file", "careless"], {}, sealed);
    expect([refused.code, existsSync(join(folder, "ran"))]).toEqual([16, false]);
    expect(refused.err).toContain("chmod -x");
  });

  test("the lists of ansible.cfg are read; a password of them may be missing, RUNBOOK_* wins", async () => {
    file("ansible.cfg", "[defaults]\nvault_identity_list = dev@pw, prod@gone\n");
    const sealed = (await vault(["encrypt", "--encrypt-vault-id", "dev"], {}, "x\n")).out;
    expect(sealed).toMatch(/;dev\n/);
    file("ansible.cfg", "[defaults]\nvault_password_file = pw\n");
    const twins = { ANSIBLE_VAULT_PASSWORD_FILE: "pw", RUNBOOK_VAULT_PASSWORD_FILE: "pw2" };
    const other = (await vault(["encrypt"], twins, "x\n")).out;
    expect((await vault(["decrypt", "--vault-password-file", "pw"], {}, other)).code).toBe(16);
    expect((await vault(["decrypt", "--vault-password-file", "pw2"], {}, other)).out).toBe("x\n");
  });
});

describe("values", () => {
  test("encrypt_string writes a value for YAML, indented as Ansible does", async () => {
    const { out } = await vault(["encrypt_string", "-n", "token", "s3cret", ...WITH]);
    expect(out).toMatch(
      /^token: !vault \|\n {10}\$ANSIBLE_VAULT;1\.1;AES256\n(?: {10}[0-9a-f]+\n)+$/,
    );
    const sealed = out
      .split("\n")
      .slice(1)
      .map((line) => line.trim())
      .join("\n");
    expect((await vault(["decrypt", ...WITH], {}, sealed)).out).toBe("s3cret");
  });

  test("standard input is a value too, line end and all", async () => {
    const { out } = await vault(["encrypt_string", "--stdin-name", "x", ...WITH], {}, "a\n");
    expect(out).toMatch(/^x: !vault \|\n/);
    const sealed = out
      .split("\n")
      .slice(1)
      .map((line) => line.trim())
      .join("\n");
    expect((await vault(["decrypt", ...WITH], {}, sealed)).out).toBe("a\n");
  });
});

describe("the editor (S7)", () => {
  const editor = (script: string) => {
    file("editor", `#!/bin/sh\n${script}\n`, 0o755);
    return { EDITOR: join(folder, "editor") };
  };
  const SEEN = 'stat -c "%a" "$1" "$(dirname "$1")" > seen; dirname "$1" >> seen';

  test("the plain text is in a folder of our own, 0600, and gone afterwards", async () => {
    const with_ = editor(`${SEEN}; echo "k: v" > "$1"; cp "$1" "$1~"`);
    expect((await vault(["create", "new.yml", ...WITH], with_)).code).toBe(0);
    const [fileMode, folderMode, where = ""] = read("seen").split("\n");
    expect([fileMode, folderMode]).toEqual(["600", "700"]);
    expect(where).toContain(join(folder, "runtime"));
    expect(readdirSync(join(folder, "runtime"))).toEqual([]);
    expect((await vault(["view", "new.yml", ...WITH])).out).toBe("k: v\n");
    expect((await vault(["create", "new.yml", ...WITH], with_)).code).toBe(16);
  });

  test("what is left as it was is not encrypted anew, and a failing editor changes nothing", async () => {
    file("s", "x\n");
    await vault(["encrypt", "s", "--vault-id", "dev@pw"]);
    const before = read("s");
    expect((await vault(["edit", "s", ...WITH], editor("true"))).code).toBe(0);
    expect(read("s")).toBe(before);
    const failed = await vault(["edit", "s", ...WITH], editor('echo y > "$1"; exit 3'));
    expect([failed.code, read("s")]).toEqual([16, before]);
    expect((await vault(["edit", "s", ...WITH], editor('echo y > "$1"'))).code).toBe(0);
    expect((await vault(["view", "s", ...WITH])).out).toBe("y\n");
  });

  test.each(["SIGTERM", "SIGHUP"] as const)("%s leaves nothing behind", async (signal) => {
    file("s", "x\n");
    await vault(["encrypt", "s", ...WITH]);
    const running = start(["edit", "s", ...WITH], editor("touch open; exec sleep 60"));
    await eventually("the editor is open", () => existsSync(join(folder, "open")));
    expect(readdirSync(join(folder, "runtime"))).toHaveLength(1);
    running.signal(signal);
    expect((await running.ended).code).toBeGreaterThan(128);
    expect(readdirSync(join(folder, "runtime"))).toEqual([]);
  });
});
