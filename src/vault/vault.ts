import type { Diagnostic, Outcome, Place } from "../model/diagnostic.ts";
import type { Secret } from "../model/command.ts";
import { decryptWith, encryptWith } from "./cipher.ts";
import { openEnvelope, sealEnvelope } from "./envelope.ts";

/** A password with the label of `--vault-id label@source`; the label is empty where none was given. */
export interface VaultSecret {
  readonly label: string;
  readonly password: Secret;
}

/** A decrypted text, and the password that did it. */
export interface OpenedVault {
  readonly plain: Uint8Array;
  readonly secret: VaultSecret;
}

/**
 * Decrypts what ansible-vault encrypted. A label that matches goes first, then every other password is tried, as
 * Ansible does. Each password costs some milliseconds of computing: keep the answer, or use `vaultReader`.
 */
export function openVault(
  ciphertext: string,
  secrets: readonly VaultSecret[],
  at?: Place,
): Outcome<OpenedVault> {
  const opened = openEnvelope(ciphertext, at);
  const envelope = opened.value;
  if (envelope === undefined) return { problems: opened.problems };
  const named = (secret: VaultSecret) => secret.label !== "" && secret.label === envelope.label;
  const inOrder = [...secrets.filter(named), ...secrets.filter((secret) => !named(secret))];
  for (const secret of inOrder) {
    const plain = decryptWith(secret.password.reveal(), envelope);
    if (plain !== undefined) return { value: { plain, secret }, problems: [] };
  }
  return { problems: [noneFits(envelope.label, secrets, at)] };
}

/** The plain bytes alone. */
export function decryptVault(
  ciphertext: string,
  secrets: readonly VaultSecret[],
  at?: Place,
): Outcome<Uint8Array> {
  const { value, problems } = openVault(ciphertext, secrets, at);
  return value === undefined ? { problems } : { value: value.plain, problems };
}

export interface EncryptOptions {
  /** 32 bytes that nobody can guess; the same bytes twice show that two texts are equal. */
  readonly salt: Uint8Array;
}

/** Encrypts as ansible-vault does: format 1.2 where the secret has a label, else 1.1. */
export function encryptVault(
  plain: Uint8Array,
  secret: VaultSecret,
  { salt }: EncryptOptions,
): string {
  const label = secret.label === "default" ? "" : secret.label;
  return sealEnvelope({ label, ...encryptWith(secret.password.reveal(), plain, salt) });
}

/** Decrypts each text once, however often it is asked for. */
export interface VaultReader {
  decrypt(ciphertext: string, at?: Place): Outcome<Uint8Array>;
}

export function vaultReader(secrets: readonly VaultSecret[]): VaultReader {
  const known = new Map<string, Uint8Array>();
  return {
    decrypt(ciphertext, at) {
      const plain = known.get(ciphertext);
      if (plain !== undefined) return { value: plain, problems: [] };
      const decrypted = decryptVault(ciphertext, secrets, at);
      if (decrypted.value !== undefined) known.set(ciphertext, decrypted.value);
      return decrypted;
    },
  };
}

function noneFits(label: string, secrets: readonly VaultSecret[], at?: Place): Diagnostic {
  const place = at === undefined ? {} : { at };
  const named = label === "" ? "" : ` with the label ${JSON.stringify(label)}`;
  if (secrets.length === 0) {
    return {
      code: "vault/no-password",
      severity: "error",
      summary: `a vault text${named}, and no vault password was given`,
      hint: `Use --ask-vault-pass, --vault-password-file FILE${label === "" ? "" : `, or --vault-id ${label}@FILE`}.`,
      ...place,
    };
  }
  const given = secrets
    .map((secret) => (secret.label === "" ? "default" : secret.label))
    .join(", ");
  return {
    code: "vault/wrong-password",
    severity: "error",
    summary: `no given vault password decrypts a text${named}`,
    hint: `Tried: ${given}. Either the password is another one, or the text was damaged after it was encrypted.`,
    ...place,
  };
}
