import type { HostReader } from "../../model/transport.ts";
import { httpThroughHost } from "../http-dial.ts";

/** What Lightning Stream says about itself on `/healthz`. */
export type Health =
  | {
      readonly kind: "answered";
      /** Start of the process that answered, in seconds since 1970. */
      readonly since: number;
      /** LMDBs whose startup phase is over: first listing done, and every snapshot that it named is loaded. */
      readonly started: readonly string[];
      readonly failures: readonly string[];
      readonly warnings: readonly string[];
    }
  | { readonly kind: "silent"; readonly reason: string };

/** Asks through a connection that the host opens to itself: the port is on its loopback, and no curl is needed. */
export async function askHealth(
  host: HostReader,
  { address, port }: { readonly address: string; readonly port: number },
): Promise<Health> {
  const answer = await httpThroughHost(host, { address, port, path: "/healthz", timeoutMs: 5_000 });
  if (answer.kind !== "answered") return { kind: "silent", reason: answer.reason };
  return healthIn(new TextDecoder().decode(answer.body));
}

/** `ok` is not looked at: it stays true while the storage cannot be reached (H37). */
export function healthIn(body: string): Health {
  let said: unknown;
  try {
    said = JSON.parse(body);
  } catch {
    return {
      kind: "silent",
      reason: "its answer is not JSON: something else listens on that port",
    };
  }
  const metadata = field(said, "metadata");
  const since = Date.parse(String(field(said, "since"))) / 1000;
  if (typeof metadata !== "object" || metadata === null || Number.isNaN(since)) {
    return { kind: "silent", reason: "its answer is not that of Lightning Stream" };
  }
  return {
    kind: "answered",
    since,
    started: Object.entries(metadata)
      .filter(([key, value]) => key.startsWith("startup_") && value === true)
      .map(([key]) => key.slice("startup_".length)),
    failures: entriesOf(field(said, "failures")),
    warnings: entriesOf(field(said, "warnings")),
  };
}

function entriesOf(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).map(([name, what]) => `${name}: ${textOf(what)}`);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as { readonly [key: string]: unknown })[name]
    : undefined;
}
