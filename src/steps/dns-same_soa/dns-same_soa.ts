import type { DnsServer, SoaAnswer } from "../../model/dns.ts";
import { defineReading, type StepTools } from "../../model/step.ts";
import type { HostReader } from "../../model/transport.ts";
import * as place from "../_pdns/places.ts";
import { listZones } from "../_pdns/zone-list.ts";
import { judgeSerials, SILENT } from "./judge.ts";

export interface Params {
  readonly zones?: "all" | readonly string[];
  readonly server?: string;
  readonly port?: number;
  readonly via?: "auto" | "direct" | "ssh";
  readonly control?: readonly string[];
}

/** What `register:` keeps. */
export type Seen = {
  /** Whom we asked, and from where. */
  readonly server: string;
  readonly via: "direct" | "ssh";
  /** Zone → its serial, or what came instead of one. */
  readonly answers: { readonly [zone: string]: number | string };
};

export const step = defineReading<Params, Seen>({
  name: "dns.same_soa",
  summary: "Every server answers for every zone, with authority and with the same serial",
  description: `
Asks each server for the SOA record of every zone over one TCP connection, as a client of that server would, and compares
the serials. By default the question comes from this machine; where the server cannot be reached from here it goes
through the host itself.

Answers come from caches: run \`pdns.flush\` before, or give the task a \`wait:\`. Equal serials do not prove equal
records; \`lmdb.content\` does.`.trim(),
  params: {
    zones: {
      type: ["string", "array"],
      items: { type: "string" },
      description: "`all` for the zones that each server lists, or a list of names.",
      default: "all",
      examples: ["all", ["example.org", "example.net"]],
    },
    server: {
      type: "string",
      description:
        "Address to ask. By default the address of the host, and 127.0.0.1 when the question goes through the host.",
    },
    port: { type: "integer", minimum: 1, maximum: 65535, description: "Port to ask.", default: 53 },
    via: {
      type: "string",
      enum: ["auto", "direct", "ssh"],
      description:
        "`direct` asks from this machine, `ssh` through the host, `auto` the second where the first is silent.",
      default: "auto",
    },
    control: place.controlParam,
  },
  examples: [
    { title: "At the end of a migration", yaml: "dns.same_soa: { zones: all }\nwait: 2m" },
    {
      title: "A sample, through the hosts",
      yaml: "dns.same_soa: { zones: [example.org], via: ssh, port: 5300 }",
    },
  ],
  where: "host",
  reads: () => [`unit:${place.PDNS_UNIT}`, `cache:${place.PDNS_UNIT}`, `lmdb:${place.LMDB_PATH}`],
  observe,
  judge: judgeSerials,
});

async function observe(host: HostReader, params: Params, tools: StepTools): Promise<Seen> {
  const { zones: wanted = "all" } = params;
  const zones =
    typeof wanted === "string"
      ? await listZones(host, params.control ?? place.PDNS_CONTROL)
      : wanted.map((zone) => zone.toLowerCase().replace(/\.?$/, "."));
  const server = await serverFor(host, params, tools, zones[0]);
  const answers = await tools.dns.soa(server, zones);
  return {
    server: `${server.address}:${server.port}`,
    via: server.kind === "direct" ? "direct" : "ssh",
    answers: Object.fromEntries(
      zones.map((zone, index) => [zone, meaning(answers[index])] as const),
    ),
  };
}

async function serverFor(
  host: HostReader,
  params: Params,
  tools: StepTools,
  probe: string | undefined,
): Promise<DnsServer> {
  const { server, port = 53, via = "auto" } = params;
  const direct: DnsServer = { kind: "direct", address: server ?? tools.address, port };
  const through: DnsServer = { kind: "through", host, address: server ?? "127.0.0.1", port };
  if (via === "ssh") return through;
  if (via === "direct" || probe === undefined) return direct;
  const [answer] = await tools.dns.soa(direct, [probe]);
  return answer?.kind === "silent" ? through : direct;
}

function meaning(answer: SoaAnswer | undefined): number | string {
  switch (answer?.kind) {
    case "serial":
      return answer.authoritative ? answer.serial : `${answer.serial}, without authority`;
    case "refused":
      return answer.rcode;
    case "silent":
      return answer.reason === "" ? SILENT : `${SILENT}: ${answer.reason}`;
    case undefined:
      return SILENT;
  }
}
