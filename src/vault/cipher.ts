import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  pbkdf2Sync,
  timingSafeEqual,
} from "node:crypto";
import type { VaultEnvelope } from "./envelope.ts";

const ROUNDS = 10_000;
const BLOCK = 16;

interface Keys {
  readonly cipher: Buffer;
  readonly mac: Buffer;
  readonly counter: Buffer;
}

/** The plain bytes; nothing when the password is another one or the bytes are damaged: the two look the same. */
export function decryptWith(
  password: Uint8Array,
  { salt, mac, encrypted }: VaultEnvelope,
): Uint8Array | undefined {
  const keys = derive(password, salt);
  if (!timingSafeEqual(sign(keys, encrypted), mac)) return undefined;
  const decipher = createDecipheriv("aes-256-ctr", keys.cipher, keys.counter);
  const padded = Buffer.concat([decipher.update(encrypted), decipher.final()]);
  const padding = padded.at(-1) ?? 0;
  if (padding === 0 || padding > BLOCK || padding > padded.length) return undefined;
  return padded.subarray(0, padded.length - padding);
}

export function encryptWith(
  password: Uint8Array,
  plain: Uint8Array,
  salt: Uint8Array,
): Omit<VaultEnvelope, "label"> {
  const keys = derive(password, salt);
  const padding = BLOCK - (plain.length % BLOCK);
  const padded = Buffer.concat([plain, Buffer.alloc(padding, padding)]);
  const cipher = createCipheriv("aes-256-ctr", keys.cipher, keys.counter);
  const encrypted = Buffer.concat([cipher.update(padded), cipher.final()]);
  return { salt, mac: sign(keys, encrypted), encrypted };
}

function derive(password: Uint8Array, salt: Uint8Array): Keys {
  const bytes = pbkdf2Sync(password, salt, ROUNDS, 80, "sha256");
  return {
    cipher: bytes.subarray(0, 32),
    mac: bytes.subarray(32, 64),
    counter: bytes.subarray(64),
  };
}

function sign(keys: Keys, encrypted: Uint8Array): Buffer {
  return createHmac("sha256", keys.mac).update(encrypted).digest();
}
