/** Which passwords open, and which one closes. */
import type { Diagnostic, Outcome } from "../../model/diagnostic.ts";
import { loadVaultSecrets, parseVaultId, type VaultSource } from "../../vault/sources.ts";
import type { VaultSecret } from "../../vault/vault.ts";
import type { VaultCommandOptions } from "../options.ts";
import { vaultSecrets, vaultSourceAccess } from "../secrets.ts";
import { readSettings } from "../settings.ts";
import { askHidden } from "../terminal.ts";

export interface VaultKeys {
  readonly all: readonly VaultSecret[];
  /** The one that encrypts, where it is asked for. */
  readonly closing: Outcome<VaultSecret>;
}

/** Without any password given, one is asked for; where it is to encrypt, it is asked for twice. */
export async function vaultKeys(
  options: VaultCommandOptions,
  purpose: "open" | "close",
): Promise<Outcome<VaultKeys>> {
  const settings = readSettings(process.env, process.cwd());
  const given = await vaultSecrets(options, settings);
  const problems = [...settings.problems, ...given.problems];
  if (given.value === undefined) return { problems };
  const all = given.value.length > 0 ? given : await prompted(purpose === "close");
  if (all.value === undefined) return { problems: [...problems, ...all.problems] };
  const label = options.encryptVaultId ?? settings.text("vaultEncryptIdentity");
  return { value: { all: all.value, closing: closingOne(all.value, label) }, problems };
}

/** The password of `--new-vault-id` or `--new-vault-password-file`, else one that is asked for. */
export async function newKey(options: VaultCommandOptions): Promise<Outcome<VaultSecret>> {
  const { newVaultId, newVaultPasswordFile: path } = options;
  const sources: VaultSource[] = [
    ...(newVaultId === undefined ? [] : [parseVaultId(newVaultId)]),
    ...(path === undefined ? [] : [{ label: "default", from: { kind: "file", path } } as const]),
  ];
  if (sources.length > 1) {
    const hint = "Give only one of --new-vault-id and --new-vault-password-file.";
    return wrong("new-password", "two new passwords were given", hint);
  }
  const loaded =
    sources.length === 0 ? await prompted(true) : await loadVaultSecrets(sources, confirming());
  const [value] = loaded.value ?? [];
  return value === undefined ? { problems: loaded.problems } : { value, problems: loaded.problems };
}

function prompted(twice: boolean): Promise<Outcome<readonly VaultSecret[]>> {
  const source: VaultSource = { label: "default", from: { kind: "prompt" } };
  return loadVaultSecrets([source], twice ? confirming() : vaultSourceAccess());
}

/** What was mistyped would lock the text away. */
function confirming() {
  return {
    ...vaultSourceAccess(),
    async prompt(question: string): Promise<string | undefined> {
      for (;;) {
        const first = await askHidden(`New ${question}`);
        if (first === undefined) return undefined;
        const second = await askHidden(`Confirm new ${question}`);
        if (second === undefined || first === second) return second;
        process.stderr.write("They differ. Once more.\n");
      }
    },
  };
}

function closingOne(all: readonly VaultSecret[], label: string | undefined): Outcome<VaultSecret> {
  const known = all.map((one) => one.label || "default").join(", ");
  if (label !== undefined) {
    const value = all.find((one) => (one.label || "default") === label);
    if (value !== undefined) return { value, problems: [] };
    return wrong(
      "encrypt-id",
      `there is no password for the vault id ${label}`,
      `Known are: ${known}.`,
    );
  }
  const [only, ...more] = all;
  if (only !== undefined && more.length === 0) return { value: only, problems: [] };
  return wrong(
    "encrypt-id",
    `several passwords could encrypt: ${known}`,
    "Say which one with --encrypt-vault-id ID.",
  );
}

function wrong(word: string, summary: string, hint: string): Outcome<never> {
  const problem: Diagnostic = { code: `vault/${word}`, severity: "error", summary, hint };
  return { problems: [problem] };
}
