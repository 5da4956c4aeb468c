import { describe, expect, test } from "@jest/globals";
import type { DnsClient, DnsServer, SoaAnswer } from "../../model/dns.ts";
import { hostId } from "../../model/ids.ts";
import type { FleetView, Sighting } from "../../model/step.ts";
import { caseTools } from "../case-tools.ts";
import { stepContract } from "../contract.ts";
import { tableHost } from "../table-host.ts";
import { step, type Params, type Seen } from "./dns-same_soa.ts";

const KNOWN: Readonly<Record<string, SoaAnswer>> = {
  "a.example.": { kind: "serial", serial: 7, authoritative: true },
  "b.example.": { kind: "refused", rcode: "REFUSED" },
  "c.example.": { kind: "serial", serial: 8, authoritative: false },
};

/** Answers for the zones above; only where it says that a server listens. */
function client(listens: (server: DnsServer) => boolean): DnsClient & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async soa(server, zones) {
      asked.push(`${server.kind} ${server.address}:${server.port} ${zones.join(" ")}`);
      return zones.map((zone) =>
        listens(server)
          ? (KNOWN[zone] ?? { kind: "refused", rcode: "NXDOMAIN" })
          : { kind: "silent", reason: "connection refused" },
      );
    },
  };
}

stepContract(step, import.meta.dirname, { tools: { dns: client(() => true) } });

const ZONES = { "pdns_control list-zones": { stdout: "a.example.\nAll zonecount: 1\n" } };

async function observed(params: Params, dns: DnsClient): Promise<Seen> {
  const host = tableHost({ host: ZONES, dial: {} });
  return step.observe(host, params, { ...caseTools({ address: "ns1.example" }), dns });
}

describe("the way a server is asked", () => {
  test("is direct where it answers", async () => {
    const dns = client(({ kind }) => kind === "direct");
    expect((await observed({}, dns)).via).toBe("direct");
    expect(dns.asked).toEqual([
      "direct ns1.example:53 a.example.",
      "direct ns1.example:53 a.example.",
    ]);
  });

  test("is through the host where it does not", async () => {
    const dns = client(({ kind }) => kind === "through");
    const seen = await observed({ port: 5300 }, dns);
    expect(seen).toEqual({ via: "ssh", server: "127.0.0.1:5300", answers: { "a.example.": 7 } });
  });

  test("is what the task says, without a try", async () => {
    const dns = client(() => true);
    await observed({ via: "ssh", server: "192.0.2.1" }, dns);
    expect(dns.asked).toEqual(["through 192.0.2.1:53 a.example."]);
  });
});

function verdicts(answers: Readonly<Record<string, Seen["answers"]>>) {
  const sightings: Sighting<Params, Seen>[] = Object.entries(answers).map(([host, of]) => ({
    host: hostId(host),
    params: {},
    seen: { server: `${host}:53`, via: "direct", answers: of },
  }));
  const fleet = sightings.map(({ host }) => host);
  const view: FleetView = { fleet, atGoal: new Set(), judged: new Set(fleet), scope: "fleet" };
  return step
    .judge(sightings, view)
    .map((verdict) =>
      verdict.kind === "holds" ? "holds" : [verdict.diagnostic.summary, verdict.diagnostic.detail],
    );
}

describe("serials of several servers", () => {
  test("hold when all are equal", () => {
    expect(verdicts({ ns1: { "a.": 1, "b.": 2 }, ns2: { "b.": 2, "a.": 1 } })).toEqual([
      "holds",
      "holds",
    ]);
  });

  test("blame the server that differs from most", () => {
    expect(verdicts({ ns1: { "a.": 1 }, ns2: { "a.": 1 }, ns3: { "a.": 2 } })).toEqual([
      "holds",
      "holds",
      [
        "1 of 1 zones are not answered as everywhere: a.",
        ["a. serial 1 on ns1, ns2; serial 2 on ns3"],
      ],
    ]);
  });

  test("blame everybody where there is no majority, and where nobody has a serial", () => {
    expect(verdicts({ ns1: { "a.": 1 }, ns2: { "a.": 2 } })).toHaveLength(2);
    expect(verdicts({ ns1: { "a.": "REFUSED" }, ns2: { "a.": "REFUSED" } })).toEqual([
      ["1 of 1 zones are not answered as everywhere: a.", ["a. REFUSED on ns1, ns2"]],
      ["1 of 1 zones are not answered as everywhere: a.", ["a. REFUSED on ns1, ns2"]],
    ]);
  });

  test("a zone that a server does not list is missing there", () => {
    expect(verdicts({ ns1: { "a.": 1 }, ns2: { "a.": 1, "b.": 1 } })[0]).toEqual([
      "1 of 2 zones are not answered as everywhere: b.",
      ["b. not a zone of this server on ns1; serial 1 on ns2"],
    ]);
  });

  test("a silent server is one sentence, not a line for each zone", () => {
    const [, silent] = verdicts({
      ns1: { "a.": 1, "b.": 1 },
      ns2: { "a.": "no answer: connection refused", "b.": "no answer: connection refused" },
    });
    expect(silent).toEqual(["ns2:53 does not answer DNS over TCP: connection refused", undefined]);
  });

  test("names ten zones and counts the others", () => {
    const many = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [`z${index}.`, "REFUSED"] as const),
    );
    const [first] = verdicts({ ns1: many });
    expect(first?.[1]).toHaveLength(11);
    expect(first?.[1]?.[10]).toBe("… and 19990 more");
  });
});
