import { describe, expect, test } from "@jest/globals";
import { curlConfig, parseCurl } from "./curl.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const none = new Uint8Array();

describe("curl", () => {
  test("gets everything by its configuration, quoted", () => {
    const config = curlConfig({
      url: 'https://h/a"b',
      method: "POST",
      headers: { "x-key": "s\\cret" },
      body: bytes("a\nb"),
      insecure: true,
      timeout: 5,
    });
    expect(config.split("\n")).toEqual([
      "silent",
      "show-error",
      "include",
      "http1.1",
      'url = "https://h/a\\"b"',
      'request = "POST"',
      'max-time = "5"',
      "insecure",
      'header = "x-key: s\\\\cret"',
      'data-raw = "a\\nb"',
      "",
    ]);
  });

  test("is read past interim answers", () => {
    const out =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nA: 1\r\na: 2\r\n\r\nbo\r\n\r\ndy";
    expect(parseCurl(0, bytes(out), none)).toMatchObject({
      kind: "answered",
      status: 201,
      reason: "Created",
      headers: { a: "1, 2" },
      body: Buffer.from("bo\r\n\r\ndy"),
    });
  });

  test("tells what was not sent from what may have arrived", () => {
    expect(parseCurl(7, none, bytes("curl: (7) refused\n"))).toEqual({
      kind: "refused",
      reason: "curl: (7) refused",
    });
    expect(parseCurl(28, none, none).kind).toBe("broken");
    expect(parseCurl(0, bytes("hello"), none).kind).toBe("broken");
  });
});
