/** Hexadecimal keys and values of one database, as `mdb_dump` prints them: header, pairs of lines, `DATA=END`. */
export function pairsOf(dump: string): ReadonlyMap<string, string> {
  const lines = dump.split("\n").filter((line) => line.startsWith(" "));
  const pairs = new Map<string, string>();
  for (let at = 0; at + 1 < lines.length; at += 2) {
    pairs.set((lines[at] ?? "").trim(), (lines[at + 1] ?? "").trim());
  }
  return pairs;
}

/** Bytes before the content of every entry of schema 5 and later, without the extension blocks. */
const HEADER_BYTES = 24;

/**
 * The number that such an entry of the `pdns` database holds: big endian behind a header that Lightning Stream knows, from
 * schema 5 on; four bytes of the host's own order before.
 */
export function numberIn(value: string): number | undefined {
  if (!/^(?:[0-9a-f]{2})+$/.test(value)) return undefined;
  const bytes = Buffer.from(value, "hex");
  if (bytes.length === 4) return bytes.readUInt32LE(0);
  if (bytes.length < HEADER_BYTES + 4) return undefined;
  return bytes.readUInt32BE(bytes.length - 4);
}
