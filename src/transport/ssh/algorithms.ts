import type {
  Algorithms,
  CipherAlgorithm,
  KexAlgorithm,
  MacAlgorithm,
  ServerHostKeyAlgorithm,
} from "ssh2";

/**
 * No SHA-1, no CBC, no chacha20 (its MAC is what Terrapin cuts, and a peer without strict key exchange cannot be told
 * in advance), no group exchange: that one costs 1.8 s of CPU for each connection in JavaScript.
 */
const KEX: KexAlgorithm[] = [
  "curve25519-sha256",
  "curve25519-sha256@libssh.org",
  "ecdh-sha2-nistp256",
  "ecdh-sha2-nistp384",
  "ecdh-sha2-nistp521",
  "diffie-hellman-group14-sha256",
  "diffie-hellman-group16-sha512",
  "diffie-hellman-group18-sha512",
];
const CIPHERS: CipherAlgorithm[] = [
  "aes128-gcm@openssh.com",
  "aes256-gcm@openssh.com",
  "aes128-ctr",
  "aes192-ctr",
  "aes256-ctr",
];
const MACS: MacAlgorithm[] = [
  "hmac-sha2-256-etm@openssh.com",
  "hmac-sha2-512-etm@openssh.com",
  "hmac-sha2-256",
  "hmac-sha2-512",
];
const HOST_KEYS: readonly ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
];

/** Asks for the types of host key that are known first; else a host with two keys looks like a stranger. */
export function algorithmsFor(knownTypes: ReadonlySet<string>): Algorithms {
  const isKnown = (algorithm: ServerHostKeyAlgorithm): boolean =>
    knownTypes.has(algorithm.startsWith("rsa-sha2-") ? "ssh-rsa" : algorithm);
  const serverHostKey = [
    ...HOST_KEYS.filter(isKnown),
    ...HOST_KEYS.filter((algorithm) => !isKnown(algorithm)),
  ];
  return { kex: KEX, cipher: CIPHERS, hmac: MACS, serverHostKey, compress: ["none"] };
}
