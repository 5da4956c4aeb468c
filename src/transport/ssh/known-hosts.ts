import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** One line of a known_hosts file. */
export interface KnownHost {
  readonly file: string;
  readonly line: number;
  readonly marker: "" | "@cert-authority" | "@revoked";
  readonly patterns: string;
  readonly type: string;
  readonly key: Buffer;
}

/** A key as a server shows it. */
export interface ShownKey {
  readonly type: string;
  readonly blob: Buffer;
}

export type KeyVerdict =
  | { readonly kind: "known"; readonly by: KnownHost }
  | { readonly kind: "revoked"; readonly by: KnownHost }
  /** The same type of key is known, and it is another one. */
  | { readonly kind: "changed"; readonly known: readonly KnownHost[] }
  /** Keys of other types only: not a change, but not known either. */
  | { readonly kind: "other-types"; readonly known: readonly KnownHost[] }
  /** `authorities`: lines that vouch for certificates of this host, which this client cannot check. */
  | { readonly kind: "unknown"; readonly authorities: readonly KnownHost[] };

export function parseKnownHosts(text: string, file: string): readonly KnownHost[] {
  return text.split("\n").flatMap((raw, index) => {
    const words = raw.trim().split(/\s+/);
    if (words[0] === "" || words[0]?.startsWith("#") === true) return [];
    const marker = words[0]?.startsWith("@") === true ? words.shift() : "";
    if (marker !== "" && marker !== "@cert-authority" && marker !== "@revoked") return [];
    const [patterns, type, base64] = words;
    if (patterns === undefined || type === undefined || base64 === undefined) return [];
    const key = Buffer.from(base64, "base64");
    return key.length === 0 ? [] : [{ file, line: index + 1, marker, patterns, type, key }];
  });
}

/** The name under which OpenSSH files a server: lower case, and with the port where it is not 22. */
export function knownHostsName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

export function judgeKey(
  known: readonly KnownHost[],
  server: { readonly host: string; readonly port: number },
  shown: ShownKey,
): KeyVerdict {
  const name = knownHostsName(server.host, server.port);
  const mine = known.filter((entry) => isFor(entry, name));
  const revoked = mine.find((entry) => entry.marker === "@revoked" && shown.blob.equals(entry.key));
  if (revoked !== undefined) return { kind: "revoked", by: revoked };
  const plain = mine.filter((entry) => entry.marker === "");
  const same = plain.find((entry) => shown.blob.equals(entry.key));
  if (same !== undefined) return { kind: "known", by: same };
  const sameType = plain.filter((entry) => entry.type === shown.type);
  if (sameType.length > 0) return { kind: "changed", known: sameType };
  if (plain.length > 0) return { kind: "other-types", known: plain };
  const authorities = mine.filter((entry) => entry.marker === "@cert-authority");
  return { kind: "unknown", authorities };
}

/** Types of keys that are known for a server, to ask it for these first. */
export function knownTypes(
  known: readonly KnownHost[],
  server: { readonly host: string; readonly port: number },
): ReadonlySet<string> {
  const name = knownHostsName(server.host, server.port);
  return new Set(
    known.filter((entry) => entry.marker === "" && isFor(entry, name)).map((entry) => entry.type),
  );
}

/** As `ssh-keygen -l` prints it. */
export function fingerprint(key: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

function isFor(entry: KnownHost, name: string): boolean {
  if (entry.patterns.startsWith("|1|")) return isHashOf(entry.patterns, name);
  let matched = false;
  for (const pattern of entry.patterns.split(",")) {
    const isNegated = pattern.startsWith("!");
    if (!glob(isNegated ? pattern.slice(1) : pattern, name)) continue;
    if (isNegated) return false;
    matched = true;
  }
  return matched;
}

function isHashOf(patterns: string, name: string): boolean {
  const [, , salt, hash] = patterns.split("|");
  if (salt === undefined || hash === undefined) return false;
  const wanted = Buffer.from(hash, "base64");
  const computed = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
  return wanted.length === computed.length && timingSafeEqual(wanted, computed);
}

function glob(pattern: string, name: string): boolean {
  const source = pattern.replace(/[.*+?^${}()|[\]\\]/g, (char) => {
    if (char === "*") return ".*";
    if (char === "?") return ".";
    return `\\${char}`;
  });
  return new RegExp(`^${source}$`, "i").test(name);
}
