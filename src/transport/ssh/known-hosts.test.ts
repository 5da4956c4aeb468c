import { describe, expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Scratch, sshSettings } from "../../../test/helpers/reaching.ts";
import { addKnownHost, decideHostKey } from "./host-key.ts";
import { fingerprint, judgeKey, knownTypes, parseKnownHosts } from "./known-hosts.ts";

const KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIEx1AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const OTHER = "AAAAC3NzaC1lZDI1NTE5AAAAIEx2AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const RSA = "AAAAB3NzaC1yc2EAAAADAQABAAAAAQ==";
const shown = { type: "ssh-ed25519", blob: Buffer.from(KEY, "base64") };
const parse = (text: string) => parseKnownHosts(text, "/home/me/.ssh/known_hosts");
const ns1 = { host: "ns1.example.net", port: 22 };

describe("known_hosts", () => {
  test.each([
    ["the name", "ns1.example.net", ns1],
    ["one of several names", "a,ns1.example.net,10.0.0.1", ns1],
    ["a name in capitals", "NS1.Example.NET", ns1],
    ["a wildcard", "*.example.net", ns1],
    ["a question mark", "ns?.example.net", ns1],
    ["a port", "[ns1.example.net]:2222", { host: "ns1.example.net", port: 2222 }],
    ["an address", "2001:db8::1", { host: "2001:db8::1", port: 22 }],
  ])("knows a server by %s", (_what, patterns, server) => {
    expect(judgeKey(parse(`${patterns} ssh-ed25519 ${KEY} comment`), server, shown)).toMatchObject({
      kind: "known",
      by: { line: 1 },
    });
  });

  test.each([
    ["a name with another port", "ns1.example.net", { host: "ns1.example.net", port: 2222 }],
    ["a negated name", "*.example.net,!ns1.example.net", ns1],
    ["a name that is only part of it", "example.net", ns1],
    ["a dot that is any letter", "ns1-example.net", ns1],
    ["a comment", "#ns1.example.net", ns1],
    ["a broken hash", "|1|x", ns1],
  ])("does not know a server by %s", (_what, patterns, server) => {
    expect(judgeKey(parse(`${patterns} ssh-ed25519 ${KEY}`), server, shown).kind).toBe("unknown");
  });

  test("tells a changed key from another type, a revoked one and an authority", () => {
    const judge = (text: string) => judgeKey(parse(text), ns1, shown).kind;
    expect(judge(`ns1.example.net ssh-ed25519 ${OTHER}`)).toBe("changed");
    expect(judge(`ns1.example.net ssh-ed25519 ${OTHER}\nns1.example.net ssh-ed25519 ${KEY}`)).toBe(
      "known",
    );
    expect(judge(`ns1.example.net ssh-rsa ${RSA}`)).toBe("other-types");
    expect(judge(`ns1.example.net ssh-ed25519 ${KEY}\n@revoked * ssh-ed25519 ${KEY}`)).toBe(
      "revoked",
    );
    expect(judge(`@cert-authority *.example.net ssh-ed25519 ${OTHER}`)).toBe("unknown");
    expect(judge(`@unheard ns1.example.net ssh-ed25519 ${KEY}`)).toBe("unknown");
  });

  test("reads what ssh-keygen hashes, and prints fingerprints as it does", () => {
    using scratch = new Scratch();
    const key = join(scratch.path, "key");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    const [type = "", base64 = ""] = readFileSync(`${key}.pub`, "utf8").split(" ");
    const names = ["ns1.example.net", "[ns1.example.net]:2222", "10.0.0.1", "2001:db8::1"];
    const file = scratch.file(
      "known_hosts",
      names.map((name) => `${name} ${type} ${base64}\n`).join(""),
    );
    execFileSync("ssh-keygen", ["-q", "-H", "-f", file], { stdio: "pipe" });
    const known = parseKnownHosts(readFileSync(file, "utf8"), file);
    expect(known[0]?.patterns).toMatch(/^\|1\|/);
    const mine = { type, blob: Buffer.from(base64, "base64") };
    for (const server of [
      ns1,
      { ...ns1, port: 2222 },
      { host: "10.0.0.1", port: 22 },
      { host: "2001:db8::1", port: 22 },
    ]) {
      expect(judgeKey(known, server, mine).kind).toBe("known");
    }
    expect(judgeKey(known, { ...ns1, port: 2223 }, mine).kind).toBe("unknown");
    expect(knownTypes(known, ns1)).toEqual(new Set(["ssh-ed25519"]));
    const printed = execFileSync("ssh-keygen", ["-lf", `${key}.pub`], { encoding: "utf8" });
    expect(printed).toContain(fingerprint(mine.blob));
  });
});

describe("the decision about a host key", () => {
  const settings = sshSettings(22, {
    address: "ns1.example.net",
    knownHosts: ["/home/me/.ssh/known_hosts"],
  });

  test("a mismatch shows both fingerprints and the line of the known one", () => {
    const decision = decideHostKey(
      settings,
      parse(`\nns1.example.net ssh-ed25519 ${OTHER}`),
      shown,
    );
    expect(decision).toMatchObject({
      kind: "refuse",
      diagnostic: {
        code: "transport/host-key-changed",
        detail: [
          `shown: ssh-ed25519 ${fingerprint(shown.blob)}`,
          `known: ssh-ed25519 ${fingerprint(Buffer.from(OTHER, "base64"))} (/home/me/.ssh/known_hosts:2)`,
        ],
      },
    });
  });

  test("accept-new adds a stranger and never replaces a known key", () => {
    const trusting = { ...settings, hostKeys: "accept-new" } as const;
    expect(decideHostKey(trusting, [], shown)).toMatchObject({
      kind: "add",
      line: `ns1.example.net ssh-ed25519 ${KEY}\n`,
    });
    for (const known of [
      `ns1.example.net ssh-ed25519 ${OTHER}`,
      `ns1.example.net ssh-rsa ${RSA}`,
      `@revoked * ssh-ed25519 ${KEY}`,
    ]) {
      expect(decideHostKey(trusting, parse(known), shown).kind).toBe("refuse");
    }
  });

  test("an alias is looked up as it stands, without the port", () => {
    const aliased = { ...settings, port: 2222, hostKeyAlias: "ns1" };
    expect(decideHostKey(aliased, parse(`ns1 ssh-ed25519 ${KEY}`), shown).kind).toBe("accept");
  });

  test("an authority alone is said to be of no use here", () => {
    const decision = decideHostKey(
      settings,
      parse(`@cert-authority * ssh-ed25519 ${OTHER}`),
      shown,
    );
    expect(decision.kind === "refuse" && decision.diagnostic.detail?.join()).toContain(
      "known_hosts:1",
    );
  });

  test("a key is added once, on a line of its own", async () => {
    using scratch = new Scratch();
    const file = scratch.file("known_hosts", "a ssh-ed25519 AAAA");
    await addKnownHost(file, "b ssh-ed25519 BBBB\n");
    await addKnownHost(file, "b ssh-ed25519 BBBB\n");
    expect(readFileSync(file, "utf8")).toBe("a ssh-ed25519 AAAA\nb ssh-ed25519 BBBB\n");
  });
});
