import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { isInstalled, isPresent, parseAudit, parseDpkg } from "./dpkg.ts";
import { parseLook, parseSections, type AptLook } from "./look.ts";
import { parsePolicy, parseShow } from "./offers.ts";
import { parseSimulation, parseUris } from "./simulation.ts";
import { debNamed, parseKept } from "./store.ts";

const sample = (name: string) =>
  readFileSync(new URL(`samples/${name}.txt`, import.meta.url), "utf8");

function lookIn(text: string): AptLook {
  const parsed = parseLook(text);
  if (parsed.kind === "no-apt") throw new Error(parsed.system);
  return parsed.look;
}

describe("a look at packages", () => {
  const look = lookIn(sample("look-serving"));

  test("reads what is installed, held and automatic", () => {
    expect(look.root).toBe(true);
    expect(look.entries.get("pdns-server")).toMatchObject({
      version: "4.9.17-0+deb13u1",
      source: "pdns",
      abbrev: "ii ",
    });
    expect([...look.onHold]).toEqual(["pdns-tools"]);
    expect([...look.automatic]).toEqual(["pdns-backend-lmdb"]);
    expect(look.audit).toEqual([]);
    expect(look.liftedHolds).toEqual([]);
  });

  test("reads what is offered, kept and cached", () => {
    expect(look.policies.get("pdns-server")).toEqual({
      package: "pdns-server",
      candidate: "5.1.5-1",
      versions: [
        { version: "5.1.5-1", sources: ["file:/srv/aptrepo auth-51/ Packages"] },
        { version: "4.9.17-0+deb13u1", sources: ["file:/srv/aptrepo auth-49/ Packages"] },
      ],
    });
    expect(look.policies.get("pdns-backend-lmdb")?.versions[1]?.sources).toEqual([]);
    expect(look.offers.filter((one) => one.package === "pdns-backend-lmdb")).toHaveLength(1);
    expect(look.kept.map((deb) => deb.package)).toEqual(["pdns-tools"]);
    expect(look.cached).toEqual([{ package: "pdns-backend-lmdb", version: "4.9.17-0+deb13u1" }]);
    expect(look.listsAge).toBe(1000);
    expect(look.sources).toEqual(["file:/srv/aptrepo auth-51/", "file:/srv/aptrepo auth-49/"]);
  });

  test("reads what a transaction would do", () => {
    expect(look.simulation).toMatchObject({
      kind: "possible",
      plan: {
        upgrades: [
          { package: "pdns-backend-lmdb", before: "4.9.17-0+deb13u1", after: "5.1.5-1" },
          { package: "pdns-server" },
          { package: "pdns-tools" },
        ],
        removes: [],
      },
    });
  });

  test("keeps what apt says when a transaction is impossible", () => {
    const text = sample("look-serving").replace(
      /Reading package lists[\s\S]*rc:0/,
      "Reading package lists...\nE: Unable to correct problems, you have held broken packages.\nrc:100",
    );
    expect(lookIn(text).simulation).toEqual({
      kind: "impossible",
      said: ["E: Unable to correct problems, you have held broken packages."],
    });
  });

  test("knows a host without apt by its system", () => {
    expect(parseLook('no-apt:"rocky"\n')).toEqual({ kind: "no-apt", system: "rocky" });
  });

  test("keeps a source's file byte by byte, and tells an absent one", () => {
    expect(look.sourceFile).toBeUndefined();
    const text = "== uid\n0\n== source-file\ndeb x y z\n\n\n== end\n";
    expect(parseSections(text).sourceFile).toBe("deb x y z\n\n");
  });

  test("names the folder of a preview and what went wrong in it", () => {
    const text = `== preview\n/tmp/runbook-lists.x\n== refresh\nE: no network\n${sample("look-serving")}`;
    expect(lookIn(text).preview).toEqual({
      folder: "/tmp/runbook-lists.x",
      said: ["E: no network"],
    });
  });

  test("is found after everything that a script said", () => {
    const after = parseSections(
      `ran:apt-get\nGet:1 x\n== uid\n0\n== dpkg\na\tall\tii \t1\ta\t1\n== audit\n`,
    );
    expect(after.entries.get("a")?.version).toBe("1");
  });
});

describe("dpkg's words", () => {
  test.each([
    ["ii ", true, true],
    ["hi ", true, true],
    ["iU ", false, true],
    ["iF ", false, true],
    ["iHR", false, true],
    ["iiR", false, true],
    ["rc ", false, false],
    ["un ", false, false],
  ])("%s: installed %s, present %s", (abbrev, installed, present) => {
    const [entry] = parseDpkg(`a\tamd64\t${abbrev}\t1-1\ta\t1-1\n`);
    expect([isInstalled(entry), isPresent(entry)]).toEqual([installed, present]);
  });

  test("dpkg --audit names each package with its problem, and nobody minds missing checksums", () => {
    const findings = parseAudit(sample("audit-half-way"));
    expect(findings.map((one) => one.package)).toEqual([
      "pdns-server",
      "pdns-backend-lmdb",
      "pdns-tools",
    ]);
    expect(findings[2]?.problem).toContain("unpacked but not yet configured");
  });
});

describe("apt's words", () => {
  test("a rebuilt package belongs to the release in its source field", () => {
    const [offer] = parseShow(
      "Package: libx\nSource: x (1.92.0-4)\nVersion: 1.92.0-4+b1\nFilename: pool/libx.deb\n",
    );
    expect(offer).toMatchObject({ source: "x", sourceVersion: "1.92.0-4" });
  });

  test("a package that nobody offers has no candidate", () => {
    const text = "x:\n  Installed: (none)\n  Candidate: (none)\n  Version table:\n";
    expect(parsePolicy(text)).toEqual([{ package: "x", versions: [] }]);
  });

  test("priorities may be negative", () => {
    const text =
      "x:\n  Installed: (none)\n  Candidate: (none)\n  Version table:\n     2.0 -1\n        -1 http://a b/main amd64 Packages\n";
    expect(parsePolicy(text)[0]?.versions).toEqual([
      { version: "2.0", sources: ["http://a b/main amd64 Packages"] },
    ]);
  });

  test("removals and purges are seen", () => {
    const plan = parseSimulation(
      "Remv pdns-backend-lmdb [5.1.5-1]\nPurg old [1]\nInst a [1] (2 x [all]) []\n",
    );
    expect(plan.removes).toEqual(["pdns-backend-lmdb", "old"]);
    expect(plan.upgrades).toEqual([{ package: "a", before: "1", after: "2" }]);
  });

  test("files on the host's own disks need no download", () => {
    const text = `'http://deb.debian.org/debian/pool/main/s/sl/sl_5.02-1%2bb1_amd64.deb' sl_5.02-1+b1_amd64.deb 13172 MD5Sum:8457
'file:/srv/aptrepo/auth-51/pdns-tools_5.1.5-1_amd64.deb' pdns-tools_5.1.5-1_amd64.deb 1679992 MD5Sum:953f
`;
    expect(parseUris(text)).toEqual(["sl_5.02-1+b1_amd64.deb"]);
  });

  test("a file's name gives package and version, an epoch included", () => {
    expect(debNamed("/x/bind9_1%3a9.20.1-1_amd64.deb")).toEqual({
      package: "bind9",
      version: "1:9.20.1-1",
    });
    expect(debNamed("/x/odd.deb")).toBeUndefined();
    expect(parseKept("not a line\n")).toEqual([]);
  });
});
