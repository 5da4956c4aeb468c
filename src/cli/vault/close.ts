import { randomBytes } from "node:crypto";
import { encryptVault, type VaultSecret } from "../../vault/vault.ts";

/** Encrypts under a salt that nobody can guess. */
export function closed(plain: Uint8Array, secret: VaultSecret): string {
  return encryptVault(plain, secret, { salt: randomBytes(32) });
}
