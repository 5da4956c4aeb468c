import { describe, expect, test } from "@jest/globals";
import {
  compareDebianVersions,
  isExactVersion,
  matchesDebianVersion,
  parseDebianVersion,
} from "./debian-version.ts";

/** Each line from lower to higher; every answer was checked against `dpkg --compare-versions`. */
const ASCENDING = [
  ["1.0~~", "1.0~~a", "1.0~", "1.0~rc1", "1.0", "1.0a", "1.0+b1", "1.0.1", "1.1", "1.10"],
  ["4.9.17-0+deb13u1", "4.9.17-0+deb13u2", "4.9.17-1", "4.9.17-1+b1", "5.1.5-1", "1:4.0"],
  ["5.0.0~alpha1-1pdns.trixie", "5.0.0-1pdns.bookworm", "5.0.0-1pdns.trixie"],
  ["2.4.0", "2.4.0-1~bpo12+2", "2.4.0-1", "2.4.0-1.1", "2.4.0-2"],
  ["0", "20260101000000", "20260101000001", "99999999999999999998", "99999999999999999999"],
] as const;

describe("Debian versions", () => {
  test("sort as dpkg sorts them", () => {
    for (const versions of ASCENDING) {
      for (const [index, version] of versions.entries()) {
        for (const [place, other] of versions.entries()) {
          const order = Math.sign(compareDebianVersions(version, other));
          expect([version, other, order]).toEqual([version, other, Math.sign(index - place)]);
        }
      }
    }
  });

  test("are the same with and without leading zeros or an epoch of zero", () => {
    expect(compareDebianVersions("1.02-1", "1.2-01")).toBe(0);
    expect(compareDebianVersions("0:1.2", "1.2")).toBe(0);
  });

  test("keep dashes of the upstream part", () => {
    expect(parseDebianVersion("2:1.0-rc1-3")).toEqual({
      epoch: "2",
      upstream: "1.0-rc1",
      revision: "3",
    });
  });

  test("match a pattern in full or in their upstream part", () => {
    expect(matchesDebianVersion("5.1.5-1", "5.1.*")).toBe(true);
    expect(matchesDebianVersion("5.1.5-1", "5.1.5")).toBe(true);
    expect(matchesDebianVersion("1:5.1.5-1", "5.1.?")).toBe(true);
    expect(matchesDebianVersion("5.1.5-1", "5.1.5-1")).toBe(true);
    expect(matchesDebianVersion("5.10.5-1", "5.1.*")).toBe(false);
    expect(matchesDebianVersion("5x1.5-1", "5.1.5-1")).toBe(false);
    expect(matchesDebianVersion("5.1.50-1", "5.1.5")).toBe(false);
    expect(matchesDebianVersion("4.9.17-0+deb13u1", "4.9.17-0+deb13u1")).toBe(true);
  });

  test("are exact without a wildcard", () => {
    expect(isExactVersion("5.1.5")).toBe(true);
    expect(isExactVersion("5.1.*")).toBe(false);
  });
});
