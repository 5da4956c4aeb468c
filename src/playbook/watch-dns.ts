import { asText } from "../lib/as-text.ts";
import { parseDuration } from "../lib/duration.ts";
import type { DnsWatch } from "../model/playbook.ts";
import { isValueMap, type Value } from "../model/value.ts";
import { SHORTEST_EVERY_MS } from "./frame-watch.ts";
import { isValueList, say, valueAt, type Source } from "./source.ts";

const EVERY_MS = 200;
const DNS_PORT = 53;

/** What is missing or wrong, which the schema said already, gets its default. Undefined: nobody is asked. */
export function readWatchDns(source: Source): DnsWatch | undefined {
  const written = valueAt(source, ["watch_dns"]);
  if (!isValueMap(written)) return undefined;
  const { server, port, via, control, zones, every } = written;
  if (typeof zones === "string" && zones !== "all" && !zones.includes("{{")) {
    say(source, source.at(["watch_dns", "zones"]), {
      code: "playbook/bad-value",
      summary: `"zones" is \`all\` or a list of names, not "${zones}"`,
      hint: `Write \`zones: [${zones}]\` for a single zone.`,
    });
  }
  return {
    at: source.at(["watch_dns"]),
    zones: typeof zones === "string" && zones !== "all" ? [zones] : (words(zones) ?? "all"),
    ...(typeof server === "string" && { server }),
    port: typeof port === "number" ? port : DNS_PORT,
    via: via === "direct" || via === "ssh" ? via : "auto",
    ...controlIn(control),
    everyMs: everyMs(source, every),
  };
}

function everyMs(source: Source, every: Value | undefined): number {
  if (every === undefined) return EVERY_MS;
  const ms = typeof every === "number" ? every * 1000 : parseDuration(asText(every));
  if (ms === undefined || ms >= SHORTEST_EVERY_MS) return ms ?? EVERY_MS;
  say(source, source.at(["watch_dns", "every"]), {
    code: "playbook/bad-value",
    summary: `a server is not asked every ${ms} ms`,
    hint: `${SHORTEST_EVERY_MS}ms is the shortest; 200ms tells a restart from a silence.`,
  });
  return EVERY_MS;
}

function controlIn(control: Value | undefined): Pick<DnsWatch, "control"> {
  const argv = words(control);
  return argv === undefined ? {} : { control: argv };
}

function words(value: Value | undefined): readonly string[] | undefined {
  return isValueList(value)
    ? value.filter((word): word is string => typeof word === "string")
    : undefined;
}
