import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { openSshConfig } from "./ssh-config.ts";

let home = "";

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "runbook-ssh-config-"));
  await mkdir(join(home, ".ssh"));
});
afterEach(() => rm(home, { recursive: true }));

/** A program in the place of ssh: prints the given lines and notes what it was asked. */
async function program(answer: string, status = 0): Promise<string> {
  const path = join(home, "ssh");
  const script = `#!/bin/sh\necho "$*" >> ${join(home, "asked")}\ncat <<'EOF'\n${answer}\nEOF\nexit ${String(status)}\n`;
  await writeFile(path, script);
  await chmod(path, 0o755);
  return path;
}

const asked = async () => (await readFile(join(home, "asked"), "utf8")).trimEnd().split("\n");

describe("the operator's ssh_config", () => {
  test("is asked once per destination", async () => {
    await writeFile(join(home, ".ssh/config"), "");
    const { lookup } = openSshConfig(
      home,
      await program("hostname 10.0.0.1\nuser op\nport 2222\nconnecttimeout none"),
    );
    expect(lookup("ns1")).toEqual({ host: "10.0.0.1", user: "op", port: 2222, identities: [] });
    lookup("ns1");
    lookup("ns1", "/other");
    expect(await asked()).toEqual(["-G -- ns1", "-F /other -G -- ns1"]);
  });

  test("names keys with their tokens expanded; default keys only where they exist", async () => {
    await writeFile(join(home, ".ssh/id_ed25519"), "");
    const lines =
      "hostname h\nuser op\nidentityfile ~/.ssh/%r@%h\nidentityfile ~/.ssh/id_rsa\nidentityfile ~/.ssh/id_ed25519";
    const { lookup } = openSshConfig(home, await program(lines));
    expect(lookup("ns1", "/any")?.identities).toEqual([
      `${home}/.ssh/op@h`,
      `${home}/.ssh/id_ed25519`,
    ]);
  });

  test("is that of $HOME where the account has another home", async () => {
    const account = userInfo().homedir;
    await writeFile(join(home, ".ssh/config"), "Host ns1\n  Port 2022\n");
    const { lookup } = openSshConfig(home, "ssh", account);
    expect(lookup("ns1")).toMatchObject({
      port: 2022,
      knownHosts: [`${home}/.ssh/known_hosts`, `${home}/.ssh/known_hosts2`],
    });
    expect(lookup("ns2")?.port).not.toBe(2022);
  });

  test("of which ssh cannot make sense says nothing", async () => {
    const { lookup } = openSshConfig(home, await program("", 255));
    expect(lookup("ns1", "/any")).toBeUndefined();
    expect(openSshConfig(home, join(home, "missing")).lookup("ns1", "/any")).toBeUndefined();
  });

  test("is never asked about a name that ssh would take for an option", async () => {
    const { lookup } = openSshConfig(home, await program("hostname x"));
    expect(lookup("-oProxyCommand=x", "/any")).toBeUndefined();
  });

  test("is asked ahead, side by side, and never again", async () => {
    await writeFile(join(home, ".ssh/config"), "");
    const names = ["ns1", "ns2", "ns3"];
    // Each answers only when all of them have been asked: one after the other nobody would.
    const path = join(home, "ssh");
    const all = names.map((name) => `[ -e ${join(home, name)} ]`).join(" && ");
    await writeFile(
      path,
      `#!/bin/sh\ntouch ${home}/$3\nuntil ${all}; do sleep 0.05; done\necho "hostname $3.example"\n`,
    );
    await chmod(path, 0o755);
    const config = openSshConfig(home, path);
    await config.ahead((lookup) => names.forEach((name) => lookup(name)));
    await rm(path);
    expect(names.map((name) => config.lookup(name)?.host)).toEqual(
      names.map((name) => `${name}.example`),
    );
  });

  test("is asked ahead about hops that only an answer names", async () => {
    const config = openSshConfig(home, await program("hostname h\nproxyjump bastion"));
    await config.ahead((lookup) => {
      const hop = lookup("ns1", "/any")?.proxyJump;
      if (hop !== undefined) lookup(hop, "/any");
    });
    expect(await asked()).toEqual(["-F /any -G -- ns1", "-F /any -G -- bastion"]);
    expect(config.lookup("bastion", "/any")?.host).toBe("h");
    expect(await asked()).toHaveLength(2);
  });
});
