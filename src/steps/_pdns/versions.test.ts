import { describe, expect, test } from "@jest/globals";
import { fits, nativeSchema, versionIn } from "./versions.ts";

describe("the schema of a release", () => {
  test.each([
    ["4.1.14", undefined],
    ["4.2.3", 1],
    ["4.3.0", 2],
    ["4.6.4", 3],
    ["4.7.3", 4],
    ["4.8.0", 5],
    ["4.9.17", 5],
    ["5.0.0-rc1", 6],
    ["5.1.5", 6],
    ["5.2.0", undefined],
    ["6.0.0", undefined],
    ["unknown", undefined],
  ])("%s → %s", (version, schema) => {
    expect(nativeSchema(version)).toBe(schema);
  });
});

describe("a version fits", () => {
  test.each([
    ["5.1.5", "5.1.5"],
    ["5.1.5", "5.1"],
    ["5.1.5", "5.1.*"],
    ["5.1.5", "5.1.5-1"],
    ["4.9.17", "4.9.17-0+deb13u1"],
    ["4.9.17", "1:4.9.17-1pdns.trixie"],
    ["5.1.0-rc1", "5.1.0~rc1-1"],
    ["5.1.0-rc1", "5.1.0-rc1"],
  ])("%s as %s", (version, pattern) => {
    expect(fits(version, pattern)).toBe(true);
  });

  test.each([
    ["5.1.5", "5.1.50"],
    ["5.1.50", "5.1.5"],
    ["4.9.17", "5.1.*"],
    ["4.19.1", "4.1"],
    ["5x1x5", "5.1.5"],
  ])("not %s as %s", (version, pattern) => {
    expect(fits(version, pattern)).toBe(false);
  });
});

test("the version is found behind a date and among other lines", () => {
  const said = [
    "Nov 22 17:09:36 Loading '/usr/lib/x86_64-linux-gnu/pdns/liblmdbbackend.so'",
    "Nov 22 17:09:36 PowerDNS Authoritative Server 4.9.17 (C) PowerDNS.COM BV",
  ].join("\n");
  expect(versionIn(said)).toBe("4.9.17");
  expect(versionIn("sh: 1: pdns_server: not found")).toBeUndefined();
});
