import { describe, expect, test } from "@jest/globals";
import { bytesIn, inWords } from "./size.ts";

describe("a size", () => {
  test.each([
    [500, 500],
    ["500", 500],
    ["2GiB", 2 * 1024 ** 3],
    ["2G", 2 * 1024 ** 3],
    ["2 gb", 2e9],
    ["1.5 KiB", 1536],
    ["10B", 10],
  ])("%j is %d bytes", (written, bytes) => {
    expect(bytesIn(written)).toBe(bytes);
  });

  test.each(["", "GiB", "2 GiB free", "-1", "2XB"])("%j is none", (written) => {
    expect(bytesIn(written)).toBeUndefined();
  });

  test.each([
    [0, "0 bytes"],
    [1023, "1023 bytes"],
    [1536, "1.5 KiB"],
    [20 * 1024 ** 3, "20 GiB"],
  ])("%d bytes are %s", (bytes, words) => {
    expect(inWords(bytes)).toBe(words);
  });
});
