import { expect, test } from "@jest/globals";
import { hostId } from "../../model/ids.ts";
import type { FleetView, Sighting } from "../../model/step.ts";
import { judgeSnapshots } from "./judge.ts";
import type { Params, Seen } from "./lightningstream-snapshots.ts";

function sighted(host: string, instance: string, params: Params): Sighting<Params, Seen> {
  return {
    host: hostId(host),
    params,
    seen: {
      prefix: "v6",
      bucket: "b",
      instance,
      receiver: false,
      lmdbs: ["main", "shard"],
      objects: 2,
      newest: ["main", "shard"].map((lmdb) => ({
        name: `${lmdb}__one__20261122-170652-888065631__GX.pb.gz`,
        lmdb,
        instance: "one",
        taken: "20261122-170652-888065631",
      })),
    },
  };
}

function view(sightings: readonly Sighting<Params, Seen>[], atGoal: readonly string[]): FleetView {
  const fleet = sightings.map(({ host }) => host);
  return { fleet, atGoal: new Set(atGoal.map(hostId)), judged: new Set(fleet), scope: "fleet" };
}

const ONLY: Params = { prefix: "v6", only_from: "goal" };

test("what a finished host wrote may be in the new prefix, whatever its instance is called", () => {
  const sightings = [sighted("ns1.example", "one", ONLY), sighted("ns2.example", "two", ONLY)];
  expect(judgeSnapshots(sightings, view(sightings, ["ns1.example"]))).toEqual([
    { kind: "holds" },
    { kind: "holds" },
  ]);
  expect(judgeSnapshots(sightings, view(sightings, []))).toMatchObject([
    {
      kind: "fails",
      diagnostic: { summary: expect.stringContaining("ns1.example, which has not") },
    },
    { kind: "fails" },
  ]);
});

test("two hosts may not write under one name", () => {
  const sightings = [sighted("ns1", "one", {}), sighted("ns2", "one", {}), sighted("ns3", "x", {})];
  expect(judgeSnapshots(sightings, view(sightings, []))).toMatchObject([
    { kind: "fails", diagnostic: { summary: 'ns1, ns2 share the instance name "one"' } },
    { kind: "fails" },
    { kind: "holds" },
  ]);
});
