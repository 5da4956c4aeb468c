import { describe, expect, test } from "@jest/globals";
import { decodeUtf8 } from "./utf8.ts";

const bytes = (text: string, encoding: BufferEncoding) =>
  new Uint8Array(Buffer.from(text, encoding));

describe("decoding a file", () => {
  test("keeps the byte order mark and every line end", () => {
    expect(decodeUtf8(bytes("\uFEFFa: é\r\n", "utf8"), "f").value).toBe("\uFEFFa: é\r\n");
  });

  test("names the line and column of the first byte that is not UTF-8", () => {
    const { value, problems } = decodeUtf8(bytes("a: 1\nbé: 2\n", "latin1"), "hosts.yml");
    expect(value).toBeUndefined();
    expect(problems[0]).toMatchObject({
      code: "text/not-utf8",
      summary: "not UTF-8: byte 0xe9 at offset 6",
      at: { file: "hosts.yml", line: 2, column: 2 },
    });
  });

  test("a character cut at the end of the file is an error", () => {
    expect(decodeUtf8(bytes("é", "utf8").subarray(0, 1), "f").problems).toHaveLength(1);
  });

  test("knows UTF-16", () => {
    const utf16 = new Uint8Array([0xff, 0xfe, 0x61, 0]);
    expect(decodeUtf8(utf16, "f").problems[0]?.hint).toMatch(/UTF-16/);
  });
});
