import { expect, test } from "@jest/globals";
import { hostId } from "../../model/ids.ts";
import type { FleetView, Sighting } from "../../model/step.ts";
import { judgeContent } from "./judge.ts";
import type { Params, Seen } from "./lmdb-content.ts";

const EQUAL: Params = { equal_everywhere: true };

function sighted(host: string, records: readonly [number, string]): Sighting<Params, Seen> {
  const [entries, sha256] = records;
  const parts = [
    { name: "domains", entries: 50, sha256: "d" },
    { name: "records", entries, sha256 },
  ];
  return {
    host: hostId(host),
    params: EQUAL,
    seen: { schema: 5, sha256: `sum of ${sha256}`, parts },
  };
}

function judged(sightings: readonly Sighting<Params, Seen>[], only = sightings) {
  const view: FleetView = {
    fleet: sightings.map(({ host }) => host),
    atGoal: new Set(),
    judged: new Set(only.map(({ host }) => host)),
    scope: "fleet",
  };
  return judgeContent(sightings, view).map((verdict) =>
    verdict.kind === "holds" ? "holds" : verdict.diagnostic,
  );
}

test("hosts that store the same hold", () => {
  expect(judged([sighted("ns1", [612, "r"]), sighted("ns2", [612, "r"])])).toEqual([
    "holds",
    "holds",
  ]);
});

test("the host that differs is to blame, and the part that differs is named with its counts", () => {
  const verdicts = judged([
    sighted("ns1", [612, "r"]),
    sighted("ns2", [611, "q"]),
    sighted("ns3", [612, "r"]),
  ]);
  expect(verdicts).toMatchObject([
    "holds",
    {
      summary: "the hosts do not store the same: records",
      detail: ["records: 612 entries on ns1, ns3; 611 entries on ns2"],
    },
    "holds",
  ]);
});

test("equal counts do not hide other content, and without a majority all are to blame", () => {
  const [first, second] = judged([sighted("ns1", [612, "r"]), sighted("ns2", [612, "q"])]);
  const detail = ["records: 612 entries on ns1; 612 entries on ns2, with other content"];
  expect([first, second]).toMatchObject([{ detail }, { detail }]);
});

test("a host that is not judged, because it is done already, is not compared", () => {
  const sightings = [sighted("ns1", [700, "new"]), sighted("ns2", [612, "r"])];
  expect(judged(sightings, sightings.slice(1))[1]).toBe("holds");
});
