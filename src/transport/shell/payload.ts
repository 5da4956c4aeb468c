import { quote } from "../../model/command.ts";

const PLAIN_LIMIT = 4096;
const BACKSLASH = 0x5c;
const PERCENT = 0x25;
const QUOTE = 0x27;
const NEWLINE = 0x0a;
const DASH = 0x2d;

/**
 * A shell command that writes exactly these bytes to its standard output. Only builtins see the bytes, so they never
 * stand in an argument list that `ps` shows, and no here-document is used: bash keeps those in a file under /tmp.
 */
export function writePayload(bytes: Uint8Array, hasBase64: boolean): string {
  if (bytes.length === 0) return ":";
  const escaped = escapeForPrintf(bytes);
  if (hasBase64 && escaped.length > PLAIN_LIMIT && escaped.length > 1.5 * bytes.length) {
    return `printf %s ${quote(Buffer.from(bytes).toString("base64"))} 2>/dev/null | base64 -d`;
  }
  return `printf '${escaped}' 2>/dev/null`;
}

/** Safe as a format of printf between single quotes. */
function escapeForPrintf(bytes: Uint8Array): string {
  const pieces: string[] = [];
  let plainFrom = 0;
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < raw.length; at++) {
    const byte = raw[at] as number;
    const isPlain =
      byte === NEWLINE ||
      (byte >= 0x20 &&
        byte < 0x7f &&
        byte !== BACKSLASH &&
        byte !== PERCENT &&
        byte !== QUOTE &&
        // A leading dash would be an option.
        !(byte === DASH && at === 0));
    if (isPlain) continue;
    if (plainFrom < at) pieces.push(raw.toString("latin1", plainFrom, at));
    pieces.push(`\\${byte.toString(8).padStart(3, "0")}`);
    plainFrom = at + 1;
  }
  if (plainFrom < raw.length) pieces.push(raw.toString("latin1", plainFrom));
  return pieces.join("");
}
