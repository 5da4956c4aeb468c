import type { Outcome } from "../model/diagnostic.ts";
import { lineMap } from "./line-map.ts";

/** Decodes a file's bytes. A byte order mark stays in the text, so that an edit can write it back. */
export function decodeUtf8(bytes: Uint8Array, file: string): Outcome<string> {
  try {
    return {
      value: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
      problems: [],
    };
  } catch {
    const before = textBeforeFault(bytes);
    const offset = new TextEncoder().encode(before).length;
    const byte = (bytes[offset] ?? 0).toString(16).padStart(2, "0");
    return {
      problems: [
        {
          code: "text/not-utf8",
          severity: "error",
          summary: `not UTF-8: byte 0x${byte} at offset ${String(offset)}`,
          hint: hintFor(bytes),
          at: { file, ...lineMap(before).at(before.length) },
        },
      ],
    };
  }
}

function hintFor(bytes: Uint8Array): string {
  const utf16 =
    (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return utf16
    ? "The file is UTF-16. Save it as UTF-8."
    : "Save the file as UTF-8; `iconv -f latin1 -t utf-8` converts the most common other encoding.";
}

/** The characters before the first byte that does not decode. */
function textBeforeFault(bytes: Uint8Array): string {
  // `stream` lets a character be cut at the end, which is what a prefix may do.
  const decode = (end: number): string | undefined => {
    try {
      const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
      return decoder.decode(bytes.subarray(0, end), { stream: true });
    } catch {
      return undefined;
    }
  };
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (decode(middle) === undefined) high = middle - 1;
    else low = middle;
  }
  return decode(low) ?? "";
}
