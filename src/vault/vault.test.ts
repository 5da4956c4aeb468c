import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { secret } from "../model/command.ts";
import { decryptVault, encryptVault, vaultReader, type VaultSecret } from "./vault.ts";

const named = (label: string, password: string): VaultSecret => ({
  label,
  password: secret(password),
});
const salt = new Uint8Array(32).fill(7);
const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString("utf8");
const plain = new TextEncoder().encode("user: admin\n");
const at = { file: "group_vars/all.yml", line: 3, column: 11 };

describe("encrypting", () => {
  test("any bytes come back", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.string({ minLength: 1 }),
        (bytes, password) => {
          const sealed = encryptVault(bytes, named("", password), { salt });
          expect(decryptVault(sealed, [named("", password)]).value).toEqual(Buffer.from(bytes));
        },
      ),
      { numRuns: 20 },
    );
  });

  test("lines are 80 characters and the header has the label", () => {
    const lines = encryptVault(plain, named("dev", "pw"), { salt }).split("\n");
    expect(lines[0]).toBe("$ANSIBLE_VAULT;1.2;AES256;dev");
    expect(lines[1]).toHaveLength(80);
    expect(lines.at(-1)).toBe("");
  });

  test.each(["", "default"])("the label %j makes format 1.1", (label) => {
    expect(encryptVault(plain, named(label, "pw"), { salt })).toMatch(
      /^\$ANSIBLE_VAULT;1\.1;AES256\n/,
    );
  });
});

describe("what went wrong is named", () => {
  const sealed = encryptVault(plain, named("prod", "pw"), { salt });
  const [header = "", ...body] = sealed.trimEnd().split("\n");
  const joined = (...lines: string[]) => `${lines.join("\n")}\n`;

  test.each<[string, string, RegExp]>([
    ["vault/leading-blank", `\n${sealed}`, /before the vault header/],
    ["vault/leading-blank", `\uFEFF${sealed}`, /before the vault header/],
    ["vault/not-encrypted", "hello", /not an ansible-vault text/],
    ["vault/unknown-cipher", sealed.replace("AES256", "AES512"), /"AES512"/],
    [
      "vault/unknown-cipher",
      encryptVault(plain, named("", "pw"), { salt }).replaceAll("\n", " "),
      /^unknown vault cipher "AES256 .{13}"$/,
    ],
    ["vault/truncated", joined(header, ...body.slice(0, 2)), /cut short/],
    ["vault/truncated", joined(header, ...body).slice(0, -2), /cut short/],
    ["vault/truncated", joined(header), /cut short/],
    ["vault/not-hex", joined(header, `  ${body[0] ?? ""}`, ...body.slice(1)), /a blank on line 2/],
    ["vault/not-hex", joined(header, ...body.slice(0, -1), "xyz"), /"x" on line \d/],
    [
      "vault/merge-conflict",
      joined(header, "<<<<<<< HEAD", ...body, "=======", ...body),
      /conflict on line 2/,
    ],
  ])("%s", (code, damaged, summary) => {
    const { value, problems } = decryptVault(damaged, [named("", "pw")], at);
    expect(value).toBeUndefined();
    expect(problems).toEqual([expect.objectContaining({ code, at })]);
    expect(problems[0]?.summary).toMatch(summary);
  });

  test("a wrong password, with what was tried", () => {
    const { problems } = decryptVault(sealed, [named("", "no"), named("dev", "no")], at);
    expect(problems).toMatchObject([
      {
        code: "vault/wrong-password",
        summary: 'no given vault password decrypts a text with the label "prod"',
        hint: expect.stringMatching(/^Tried: default, dev\./),
        at,
      },
    ]);
  });

  test("no password at all, with the option to use", () => {
    expect(decryptVault(sealed, []).problems).toMatchObject([
      { code: "vault/no-password", hint: expect.stringContaining("--vault-id prod@FILE") },
    ]);
  });
});

describe("several passwords", () => {
  test("the label is only a hint", () => {
    const sealed = encryptVault(plain, named("dev", "pw"), { salt });
    const secrets = [named("dev", "another"), named("prod", "pw")];
    expect(text(decryptVault(sealed, secrets).value)).toBe("user: admin\n");
  });
});

test("a reader computes each text once", () => {
  let revealed = 0;
  const password = { ...secret("pw"), reveal: () => (revealed++, new TextEncoder().encode("pw")) };
  const reader = vaultReader([{ label: "", password }]);
  const sealed = encryptVault(plain, named("", "pw"), { salt });
  expect(text(reader.decrypt(sealed).value)).toBe("user: admin\n");
  expect(text(reader.decrypt(sealed).value)).toBe("user: admin\n");
  expect(revealed).toBe(1);
});
