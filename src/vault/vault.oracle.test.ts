import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { isValueMap, VaultText, type Value } from "../model/value.ts";
import { readYaml } from "../yaml/read.ts";
import { isVault } from "./envelope.ts";
import { loadVaultSecrets, type VaultSourceAccess } from "./sources.ts";
import { decryptVault, type VaultSecret } from "./vault.ts";

/** ansible-vault's answers; test/fixtures/oracle/vault/README.md has the format. */
interface OracleCase {
  readonly id: string;
  readonly kind: "file" | "values";
  readonly file: string;
  readonly secrets: readonly { readonly id: string; readonly password_file: string }[];
  readonly expect: {
    readonly text?: string;
    readonly hex?: string;
    readonly error?: string;
    readonly values?: { readonly [name: string]: Answer };
  };
}
type Answer = { readonly text: string } | { readonly json: unknown } | { readonly error: string };

const folder = join(import.meta.dirname, "../../test/fixtures/oracle/vault");
const bytesOf = (name: string) => readFileSync(join(folder, "files", name));
const cases = (
  JSON.parse(readFileSync(join(folder, "cases.json"), "utf8")) as { cases: OracleCase[] }
).cases;

const access: VaultSourceAccess = {
  files: {
    read: (path) => Promise.resolve({ kind: "bytes", path, bytes: bytesOf(path), mode: 0o600 }),
  },
  runScript: () => Promise.resolve({ kind: "not-started", reason: "no script here" }),
  prompt: () => Promise.resolve(undefined),
};

const secretsOf = (oracle: OracleCase) =>
  loadVaultSecrets(
    oracle.secrets.map(({ id, password_file: path }) => ({
      label: id,
      from: { kind: "file", path },
    })),
    access,
  );

describe("whole files decrypt as with ansible-vault", () => {
  const files = cases.filter((one) => one.kind === "file");
  test.each(files.map((one) => [one.id, one] as const))("%s", async (_id, oracle) => {
    const secrets = await secretsOf(oracle);
    const text = bytesOf(oracle.file).toString("utf8");
    const { value, problems } =
      secrets.value === undefined ? secrets : decryptVault(text, secrets.value);
    const wanted = oracle.expect;
    if (wanted.error === undefined) {
      expect(problems).toEqual([]);
      expect(value).toBeInstanceOf(Uint8Array);
      const plain = Buffer.from(value as Uint8Array);
      expect(plain.toString("hex")).toBe(
        wanted.hex ?? Buffer.from(wanted.text ?? "").toString("hex"),
      );
    } else {
      expect(value).toBeUndefined();
      expect(problems).toHaveLength(1);
    }
  });
});

describe("values in YAML decrypt as in Ansible", () => {
  // One case is about a template in an encrypted file, which is for the renderer to judge.
  const values = cases.filter((one) => one.kind === "values" && one.id !== "values-encrypted-file");
  test.each(values.map((one) => [one.id, one] as const))("%s", async (_id, oracle) => {
    const secrets = (await secretsOf(oracle)).value ?? [];
    const text = bytesOf(oracle.file).toString("utf8");
    const document = readYaml(text, oracle.file, { duplicateKeys: "warning" }).value?.value;
    for (const [name, answer] of Object.entries(oracle.expect.values ?? {})) {
      const value = isValueMap(document) ? document[name] : undefined;
      const errors: string[] = [];
      const plain = decrypted(value ?? null, secrets, errors);
      expect([name, errors.length > 0]).toEqual([name, "error" in answer]);
      if ("text" in answer) expect([name, plain]).toEqual([name, answer.text]);
      if ("json" in answer) expect([name, plain]).toEqual([name, answer.json]);
    }
  });

  test("a whole variable file is recognised and decrypts to YAML", async () => {
    const oracle = cases.find((one) => one.id === "values-encrypted-file") as OracleCase;
    const text = bytesOf(oracle.file).toString("utf8");
    expect(isVault(text)).toBe(true);
    const plain = decryptVault(text, (await secretsOf(oracle)).value ?? []).value;
    const yaml = readYaml(Buffer.from(plain ?? []).toString("utf8"), oracle.file, {
      duplicateKeys: "warning",
    });
    expect(yaml.value?.value).toMatchObject({ a: 1 });
  });
});

function decrypted(value: Value, secrets: readonly VaultSecret[], errors: string[]): Value {
  if (value instanceof VaultText) {
    const plain = decryptVault(value.ciphertext, secrets, value.at);
    errors.push(...plain.problems.map((problem) => problem.code));
    return plain.value === undefined ? null : Buffer.from(plain.value).toString("utf8");
  }
  if (Array.isArray(value)) return value.map((item: Value) => decrypted(item, secrets, errors));
  if (!isValueMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, decrypted(item, secrets, errors)]),
  );
}
