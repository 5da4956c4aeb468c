import { describe, expect, test } from "@jest/globals";
import { parseSections, type AptLook } from "./look.ts";
import { resolveWish, type Resolved, type Wish } from "./wanted.ts";

interface Pool {
  /** `name version` or `name version source-version`, as `ii`. */
  readonly installed?: readonly string[];
  readonly offered?: readonly string[];
  readonly kept?: readonly string[];
  readonly half?: readonly string[];
}

const sourceOf = (name: string) => name.split("-")[0] ?? name;

/** A host's look, written as apt and dpkg would have said it. */
function lookOf({ installed = [], offered = [], kept = [], half = [] }: Pool): AptLook {
  const entry = (status: string) => (line: string) => {
    const [name = "", version = "", release = version] = line.split(" ");
    return [name, "amd64", status, version, sourceOf(name), release].join("\t");
  };
  const show = offered.map((line) => {
    const [name = "", version = "", release = version] = line.split(" ");
    return `Package: ${name}\nSource: ${sourceOf(name)} (${release})\nVersion: ${version}\nFilename: pool/${name}.deb\n`;
  });
  const names = new Set(offered.map((line) => line.split(" ")[0] ?? ""));
  const policy = [...names].map((name) => {
    const own = offered
      .filter((line) => line.startsWith(`${name} `))
      .map((line) => line.split(" ")[1] ?? "");
    return `${name}:\n  Candidate: ${own[0] ?? "(none)"}\n`;
  });
  const sums = kept.map((line) => {
    const [name = "", version = ""] = line.split(" ");
    return `${"a".repeat(64)}  /var/lib/runbook/packages/${name}_${version.replace(":", "%3a")}_amd64.deb`;
  });
  return parseSections(
    ["== uid", "0", "== dpkg", ...installed.map(entry("ii ")), ...half.map(entry("iU "))]
      .concat([
        "== policy",
        ...policy,
        "== show",
        show.join("\n"),
        "== kept",
        ...sums,
        "== sources",
        "http://a b",
      ])
      .join("\n"),
  );
}

function versions(resolved: Resolved): unknown {
  if (resolved.kind === "problem") return resolved.diagnostic.code;
  return Object.fromEntries(resolved.targets.map((one) => [one.package, one.version]));
}

const BOTH = ["pdns-server", "pdns-lmdb"];
const resolve = (wish: Partial<Wish>, pool: Pool, pins?: ReadonlyMap<string, string>) =>
  versions(resolveWish({ names: BOTH, state: "present", ...wish }, lookOf(pool), pins));

describe("a version that is asked for", () => {
  test("becomes the newest release that all packages of one source can have", () => {
    const offered = [
      ...["pdns-server 5.1.10-1", "pdns-server 5.1.9-1", "pdns-server 5.2.0-1"],
      ...["pdns-lmdb 5.1.9-1", "pdns-lmdb 5.1.2-1"],
    ];
    expect(resolve({ version: "5.1.*" }, { offered })).toEqual({
      "pdns-server": "5.1.9-1",
      "pdns-lmdb": "5.1.9-1",
    });
  });

  test("is refused when the packages have no release in common", () => {
    const offered = ["pdns-server 5.1.10-1", "pdns-lmdb 5.1.9-1"];
    expect(resolve({ version: "5.1.*" }, { offered })).toBe("step/package-no-shared-release");
  });

  test("finds rebuilds of one release together", () => {
    const offered = ["pdns-server 5.1.5-1+b2 5.1.5-1", "pdns-lmdb 5.1.5-1"];
    expect(resolve({ version: "5.1.5-1" }, { offered })).toEqual({
      "pdns-server": "5.1.5-1+b2",
      "pdns-lmdb": "5.1.5-1",
    });
  });

  test("may be an upstream version, and prefers one that is spelled out", () => {
    const offered = [
      "pdns-server 5.1.5-2",
      "pdns-lmdb 5.1.5-2",
      "pdns-server 5.1.5-1",
      "pdns-lmdb 5.1.5-1",
    ];
    expect(resolve({ version: "5.1.5" }, { offered })).toMatchObject({ "pdns-server": "5.1.5-2" });
    expect(resolve({ version: "5.1.5-1" }, { offered })).toMatchObject({ "pdns-lmdb": "5.1.5-1" });
  });

  test("leaves an installed release alone that fits", () => {
    const pool = {
      installed: ["pdns-server 5.1.4-1", "pdns-lmdb 5.1.4-1"],
      offered: ["pdns-server 5.1.5-1", "pdns-lmdb 5.1.5-1"],
    };
    expect(resolve({ version: "5.1.*" }, pool)).toMatchObject({ "pdns-server": "5.1.4-1" });
  });

  test("does not leave a mixture alone, although each of it fits", () => {
    const pool = {
      installed: ["pdns-server 5.1.5-1", "pdns-lmdb 5.1.4-1"],
      offered: ["pdns-server 5.1.5-1", "pdns-lmdb 5.1.5-1"],
    };
    expect(resolve({ version: "5.1.*" }, pool)).toMatchObject({ "pdns-lmdb": "5.1.5-1" });
  });

  test("does not leave half-installed packages alone", () => {
    const pool = {
      half: ["pdns-server 5.1.4-1", "pdns-lmdb 5.1.4-1"],
      offered: ["pdns-server 5.1.5-1", "pdns-lmdb 5.1.5-1"],
    };
    expect(resolve({ version: "5.1.*" }, pool)).toMatchObject({ "pdns-server": "5.1.5-1" });
  });

  test("can be had from kept files alone", () => {
    const pool = {
      installed: ["pdns-server 5.1.5-1", "pdns-lmdb 5.1.5-1"],
      kept: ["pdns-server 4.9.17-0+deb13u1", "pdns-lmdb 4.9.17-0+deb13u1"],
    };
    expect(resolve({ version: "4.9.*" }, pool)).toMatchObject({ "pdns-lmdb": "4.9.17-0+deb13u1" });
  });

  test("that nobody offers names what is offered, and by whom", () => {
    const look = lookOf({ offered: ["pdns-server 5.1.5-1"] });
    const resolved = resolveWish(
      { names: BOTH, state: "present", version: "9.*" },
      look,
      undefined,
    );
    expect(resolved).toMatchObject({
      kind: "problem",
      diagnostic: {
        code: "step/package-not-offered",
        detail: [
          "offered  pdns-server: 5.1.5-1",
          "offered  pdns-lmdb: no version at all",
          "source   http://a b",
        ],
      },
    });
  });

  test("is what the plan pinned, even when a newer one has appeared", () => {
    const offered = [
      "pdns-server 5.1.6-1",
      "pdns-lmdb 5.1.6-1",
      "pdns-server 5.1.5-1",
      "pdns-lmdb 5.1.5-1",
    ];
    const pins = new Map(BOTH.map((name) => [name, "5.1.5-1"]));
    expect(resolve({ version: "5.1.*" }, { offered }, pins)).toMatchObject({
      "pdns-server": "5.1.5-1",
    });
    expect(resolve({ version: "5.1.*" }, { offered: offered.slice(0, 2) }, pins)).toBe(
      "step/package-not-offered",
    );
  });

  test("treats packages of different sources apart", () => {
    const offered = ["pdns-server 5.1.5-1", "lmdb-utils 5.1.9-3"];
    expect(
      resolve({ names: ["pdns-server", "lmdb-utils"], version: "5.1.*" }, { offered }),
    ).toEqual({
      "pdns-server": "5.1.5-1",
      "lmdb-utils": "5.1.9-3",
    });
  });
});

describe("without a version", () => {
  const offered = ["pdns-server 5.1.5-1", "pdns-lmdb 5.1.5-1"];

  test("present leaves what is there and installs what is not", () => {
    expect(resolve({}, { installed: ["pdns-server 4.9.17-1"], offered })).toEqual({
      "pdns-server": "4.9.17-1",
      "pdns-lmdb": "5.1.5-1",
    });
  });

  test("latest is what apt would choose", () => {
    const installed = ["pdns-server 4.9.17-1", "pdns-lmdb 4.9.17-1"];
    expect(resolve({ state: "latest" }, { installed, offered })).toMatchObject({
      "pdns-server": "5.1.5-1",
    });
  });

  test("absent is nothing at all", () => {
    expect(resolve({ state: "absent" }, { offered })).toEqual({
      "pdns-server": null,
      "pdns-lmdb": null,
    });
  });

  test("a package that nobody knows is refused", () => {
    expect(resolve({ names: ["nosuch"] }, { offered })).toBe("step/package-not-offered");
  });
});
