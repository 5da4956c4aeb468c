import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { runbookHere } from "../helpers/in-process.ts";

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

const folder = join(import.meta.dirname, "../fixtures/oracle/vault");
const files = join(folder, "files");
const { cases } = JSON.parse(readFileSync(join(folder, "cases.json"), "utf8")) as {
  cases: OracleCase[];
};
const passwords = ({ secrets }: OracleCase) =>
  secrets.flatMap(({ id, password_file }) =>
    id === "" ? ["--vault-password-file", password_file] : ["--vault-id", `${id}@${password_file}`],
  );

describe("the command line decrypts as ansible-vault does", () => {
  let work: string;
  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), "vault-"));
  });
  afterEach(() => rmSync(work, { recursive: true, force: true }));

  const whole = cases.filter(({ kind }) => kind === "file");
  test.each(whole.map((one) => [one.id, one] as const))("%s", async (_id, one) => {
    const plain = join(work, "plain");
    const args = ["vault", "decrypt", ...passwords(one), "--output", plain, one.file];
    const { code, err } = await runbookHere(args, files);
    const { text, hex, error } = one.expect;
    if (error !== undefined) {
      expect([code === 0, existsSync(plain)]).toEqual([false, false]);
      expect(err).toContain("error:");
      return;
    }
    expect(readFileSync(plain).toString("hex")).toBe(
      hex ?? Buffer.from(text ?? "").toString("hex"),
    );
    expect(code).toBe(0);
  });

  const values = cases.filter(({ kind }) => kind === "values");
  test.each(values.map((one) => [one.id, one] as const))("%s", async (_id, one) => {
    for (const [name, answer] of Object.entries(one.expect.values ?? {})) {
      const secrets = [...passwords(one), "-e", `@${one.file}`, "-e", "value=v"];
      const template = "text" in answer ? `{{ [${name}] | to_json }}` : `{{ ${name} | to_json }}`;
      const { code, out } = await runbookHere(
        ["template", "-i", "h1,", ...secrets, template],
        files,
      );
      if ("error" in answer) expect([name, code === 0]).toEqual([name, false]);
      else if ("text" in answer) expect([name, JSON.parse(out)]).toEqual([name, [answer.text]]);
      else expect([name, JSON.parse(out)]).toEqual([name, answer.json]);
    }
  });
});
