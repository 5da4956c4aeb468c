/**
 * One value of a schema 5 or 6 database, as it lies on the disk: 24 bytes that Lightning Stream merges by, then the content.
 *
 *   8 time in ns · 8 transaction · 1 version · 1 flags (1: deleted) · 4 reserved · 2 extension blocks · content
 */
const HEADER_DIGITS = 48;

export interface EntryHead {
  readonly time: bigint;
  readonly transaction: number;
  readonly deleted?: boolean;
}

export function entryOf(head: EntryHead, content: Uint8Array): string {
  const bytes = Buffer.alloc(24);
  bytes.writeBigUInt64BE(head.time, 0);
  bytes.writeBigUInt64BE(BigInt(head.transaction), 8);
  bytes[17] = head.deleted === true ? 1 : 0;
  return bytes.toString("hex") + Buffer.from(content).toString("hex");
}

export const timeOf = (entry: string): bigint => BigInt(`0x${entry.slice(0, 16)}`);
export const isDeleted = (entry: string): boolean =>
  Number.parseInt(entry.slice(34, 36), 16) % 2 === 1;
export const contentOf = (entry: string): Buffer => Buffer.from(entry.slice(HEADER_DIGITS), "hex");

/** The same entry, written by another transaction: each host counts its own. */
export function inTransaction(entry: string, transaction: number): string {
  return entry.slice(0, 16) + transaction.toString(16).padStart(16, "0") + entry.slice(32);
}

/** What the flags are about is the key alone: everything behind the transaction decides a tie. */
export const afterTransaction = (entry: string): string => entry.slice(32);

let last = 0n;

/** Nanoseconds since 1970 that never stand still: two writes of one process are never of the same time. */
export function nowInNanoseconds(): bigint {
  const now = BigInt(Date.now()) * 1_000_000n;
  last = now > last ? now : last + 1n;
  return last;
}

export const keyOf = (text: string): string => Buffer.from(text).toString("hex");

export function uint32(number: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}
