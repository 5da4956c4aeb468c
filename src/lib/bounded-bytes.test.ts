import { describe, expect, test } from "@jest/globals";
import { BoundedBytes } from "./bounded-bytes.ts";

describe("bounded bytes", () => {
  test("keep everything up to the cap", () => {
    const kept = new BoundedBytes(8);
    kept.push(Buffer.from("abc"));
    kept.push(Buffer.from("defgh"));
    expect(Buffer.from(kept.bytes()).toString()).toBe("abcdefgh");
    expect(kept.truncated).toBe(false);
  });

  test("keep the beginning and the end of a longer stream, and say how much is missing", () => {
    const kept = new BoundedBytes(8);
    for (const letter of "abcdefghijklmnopqrstuvwxyz") kept.push(Buffer.from(letter));
    expect(Buffer.from(kept.bytes()).toString()).toBe("abcd\n[18 bytes were left out here]\nwxyz");
    expect(kept.truncated).toBe(true);
  });

  test("cut inside one large chunk", () => {
    const kept = new BoundedBytes(4);
    kept.push(Buffer.from("0123456789"));
    expect(Buffer.from(kept.bytes()).toString()).toBe("01\n[6 bytes were left out here]\n89");
  });
});
