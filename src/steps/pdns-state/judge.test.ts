import { describe, expect, test } from "@jest/globals";
import { hostId } from "../../model/ids.ts";
import type { FleetView, Sighting } from "../../model/step.ts";
import { judgeStates } from "./judge.ts";
import type { Params, Seen } from "./pdns-state.ts";

const OLD: Seen = {
  schema: 5,
  lmdb: "present",
  reason: null,
  binary: "4.9.17",
  running: "4.9.17",
  prefix: "v5",
  bucket: "http://s3/b",
  pdns: "active",
  lightningstream: "active",
  outdated: false,
};
const NEW: Seen = { ...OLD, schema: 6, binary: "5.1.5", running: "5.1.5", prefix: "v6" };

function sighted(host: string, seen: Seen, params: Params = {}): Sighting<Params, Seen> {
  return { host: hostId(host), seen, params };
}

function judged(sightings: readonly Sighting<Params, Seen>[], only?: readonly string[]) {
  const fleet = sightings.map(({ host }) => host);
  const view: FleetView = {
    fleet,
    atGoal: new Set(),
    judged: new Set(only === undefined ? fleet : only.map(hostId)),
    scope: "fleet",
  };
  return judgeStates(sightings, view).map((verdict) =>
    verdict.kind === "holds" ? "holds" : verdict.diagnostic.summary,
  );
}

describe("hosts that are judged together", () => {
  test("may be half and half, each half behind its own prefix", () => {
    expect(judged([sighted("ns1", NEW), sighted("ns2", OLD)])).toEqual(["holds", "holds"]);
  });

  test("may not share a prefix at different schemas", () => {
    const stopped = sighted("ns3", { ...NEW, prefix: "v5", lightningstream: "inactive" });
    const verdicts = judged([
      sighted("ns1", { ...NEW, prefix: "v5" }),
      sighted("ns2", OLD),
      stopped,
    ]);
    const shared =
      'the prefix "v5" is shared by hosts at different schemas: schema 6 on ns1; schema 5 on ns2';
    expect(verdicts).toEqual([shared, shared, "holds"]);
  });

  test("may not wait with the new schema for a Lightning Stream that has the old prefix", () => {
    const upgraded = { ...NEW, prefix: "v5", lightningstream: "inactive" };
    const wanted: Params = { schema: 5 };
    expect(judged([sighted("ns1", upgraded, wanted), sighted("ns2", OLD, wanted)])).toEqual([
      'the LMDB is at schema 6, not 5, and Lightning Stream is configured with the prefix "v5" of hosts at schema 5',
      "holds",
    ]);
    expect(judged([sighted("ns1", NEW, wanted), sighted("ns2", OLD, wanted)])[0]).toBe(
      "the LMDB is at schema 6, not 5",
    );
  });

  const everywhere: Params = { same_prefix_everywhere: true };

  test("have one prefix when that is asked for, and the odd one out is to blame", () => {
    const verdicts = judged([
      sighted("ns1", OLD, everywhere),
      sighted("ns2", { ...OLD, prefix: "v5/" }, everywhere),
      sighted("ns3", OLD, everywhere),
    ]);
    expect(verdicts).toEqual([
      "holds",
      expect.stringContaining('the prefix "v5/" of http://s3/b on ns2'),
      "holds",
    ]);
  });

  test("do not share a prefix when their buckets differ", () => {
    const other = { ...OLD, bucket: "http://s3/c" };
    const verdicts = judged([sighted("ns1", OLD, everywhere), sighted("ns2", other, everywhere)]);
    expect(verdicts).toEqual([
      expect.stringContaining("do not share one prefix"),
      expect.stringContaining("do not share one prefix"),
    ]);
  });

  test("share the root of the bucket whether the prefix is empty or absent", () => {
    const verdicts = judged([
      sighted("ns1", { ...OLD, prefix: null }, everywhere),
      sighted("ns2", { ...OLD, prefix: "" }, everywhere),
    ]);
    expect(verdicts).toEqual(["holds", "holds"]);
  });

  test("are compared with judged hosts only: a host at its goal has another prefix already", () => {
    const sightings = [sighted("ns1", NEW, everywhere), sighted("ns2", OLD, everywhere)];
    expect(judged(sightings, ["ns2"])[1]).toBe("holds");
  });
});

test("a Lightning Stream that was not restarted since its prefix was written does not have it yet", () => {
  const seen = { ...NEW, outdated: true };
  expect(judged([sighted("ns1", seen, { prefix: "v6" })])).toEqual([
    "Lightning Stream was started before its configuration was changed",
  ]);
  expect(judged([sighted("ns1", seen)])).toEqual(["holds"]);
});
