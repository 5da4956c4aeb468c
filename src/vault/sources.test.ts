import { describe, expect, test } from "@jest/globals";
import {
  loadVaultSecrets,
  parseVaultId,
  type ScriptEnded,
  type VaultSourceAccess,
} from "./sources.ts";

interface World {
  readonly files?: Readonly<Record<string, { text: string; mode?: number }>>;
  readonly script?: (path: string, args: readonly string[]) => ScriptEnded;
  readonly answer?: string;
}

function access({ files = {}, script, answer }: World): VaultSourceAccess {
  return {
    files: {
      read(path) {
        const found = files[path];
        return Promise.resolve(
          found === undefined
            ? { kind: "absent", path }
            : { kind: "bytes", path, bytes: Buffer.from(found.text), mode: found.mode ?? 0o600 },
        );
      },
    },
    runScript: (path, args) =>
      Promise.resolve(script?.(path, args) ?? { kind: "not-started", reason: "none" }),
    prompt: () => Promise.resolve(answer),
  };
}

const printed = (stdout: string, code = 0, stderr = ""): ScriptEnded => ({
  kind: "exited",
  code,
  stdout: Buffer.from(stdout),
  stderr: Buffer.from(stderr),
});

async function passwords(ids: readonly string[], world: World) {
  const { value, problems } = await loadVaultSecrets(ids.map(parseVaultId), access(world));
  return {
    secrets: value?.map(({ label, password }) => [
      label,
      Buffer.from(password.reveal()).toString(),
    ]),
    codes: problems.map((problem) => problem.code),
  };
}

describe("--vault-id", () => {
  test.each([
    ["dev@pw", { label: "dev", from: { kind: "file", path: "pw" } }],
    ["pw", { label: "", from: { kind: "file", path: "pw" } }],
    ["dev@prompt", { label: "dev", from: { kind: "prompt" } }],
    ["prompt", { label: "", from: { kind: "prompt" } }],
    ["dev@a@b", { label: "dev", from: { kind: "file", path: "a@b" } }],
  ])("%s", (written, source) => {
    expect(parseVaultId(written)).toEqual(source);
  });
});

describe("vault passwords", () => {
  test("from files lose the white space around them", async () => {
    const files = { pw: { text: "  s3 cret \r\n\n" } };
    expect((await passwords(["dev@pw"], { files })).secrets).toEqual([["dev", "s3 cret"]]);
  });

  test("from scripts lose the line end only", async () => {
    const files = { "get-pw": { text: "#!/bin/sh\n", mode: 0o755 } };
    const script = () => printed(" s3cret \n");
    expect((await passwords(["get-pw"], { files, script })).secrets).toEqual([["", " s3cret "]]);
  });

  test("from client scripts are asked for by label", async () => {
    const files = {
      "keys-client.py": { text: "#!", mode: 0o755 },
      other: { text: "#!", mode: 0o755 },
    };
    const script = (path: string, args: readonly string[]) => printed(`${path} ${args.join(" ")}`);
    expect(
      (await passwords(["dev@keys-client.py", "dev@other"], { files, script })).secrets,
    ).toEqual([
      ["dev", "keys-client.py --vault-id dev"],
      ["dev", "other "],
    ]);
  });

  test("from a prompt", async () => {
    expect((await passwords(["dev@prompt"], { answer: "pw" })).secrets).toEqual([["dev", "pw"]]);
  });

  test("that cannot be had are all named at once", async () => {
    const files = {
      empty: { text: "\n" },
      sealed: { text: "$ANSIBLE_VAULT;1.1;AES256\n6162\n" },
      failing: { text: "#!", mode: 0o755 },
      "x-client": { text: "#!", mode: 0o755 },
    };
    const script = (path: string) => printed("", path === "failing" ? 1 : 2, "no agent\n");
    const ids = ["gone", "empty", "sealed", "failing", "dev@x-client", "prompt"];
    expect(await passwords(ids, { files, script })).toEqual({
      secrets: undefined,
      codes: [
        "vault/no-password-file",
        "vault/empty-password",
        "vault/password-file-encrypted",
        "vault/password-script",
        "vault/password-script",
        "vault/no-terminal",
      ],
    });
  });

  test("a script that cannot be started says how to make it a file", async () => {
    const { problems } = await loadVaultSecrets(
      [parseVaultId("pw")],
      access({ files: { pw: { text: "s3cret", mode: 0o755 } } }),
    );
    expect(problems[0]?.hint).toMatch(/chmod -x/);
  });
});
