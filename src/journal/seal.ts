/**
 * What hosts and vaults keep secret is encrypted in the journal: AES-256-GCM with a key per run, which is itself kept in
 * the first line, wrapped by the operator's state key. A sealed text is base64 of nonce (12) + tag (16) + ciphertext; the
 * line's sequence number is authenticated with it, so a seal cannot be moved to another line.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const NONCE = 12;
const TAG = 16;
const KEY = 32;

export type RunKey = Buffer & { readonly __brand?: "RunKey" };

export function newKey(): RunKey {
  return randomBytes(KEY);
}

export function seal(key: RunKey, plain: string, about: string): string {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(about));
  const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64");
}

/** Undefined when the key is another one, or a byte was changed. */
export function unseal(key: RunKey, sealed: string, about: string): string | undefined {
  const bytes = Buffer.from(sealed, "base64");
  if (bytes.length < NONCE + TAG) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE));
  decipher.setAAD(Buffer.from(about));
  decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString(
      "utf8",
    );
  } catch {
    return undefined;
  }
}
