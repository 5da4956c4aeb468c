import type { HostId } from "./ids.ts";
import type { HostReader } from "./transport.ts";

/** Where to ask: straight from the controller, or through a connection that the host opens to itself. */
export type DnsServer =
  | { readonly kind: "direct"; readonly address: string; readonly port: number }
  | {
      readonly kind: "through";
      readonly host: HostReader;
      readonly address: string;
      readonly port: number;
    };

/** What a server says about one zone. */
export type SoaAnswer =
  | { readonly kind: "serial"; readonly serial: number; readonly authoritative: boolean }
  | { readonly kind: "refused"; readonly rcode: string }
  | { readonly kind: "silent"; readonly reason: string };

export interface DnsClient {
  /** Asks one server for the SOA of every zone, pipelined over TCP. One answer for each zone, in the same order. */
  soa(server: DnsServer, zones: readonly string[]): Promise<readonly SoaAnswer[]>;
}

/** How a server is asked while a run goes on. */
export type DnsWay = "direct" | "ssh";

/** What one question to a watched server came to. */
export type WatchAnswer =
  | { readonly kind: "answered"; readonly way: DnsWay }
  | { readonly kind: "silent"; readonly why: string }
  /** It could not be put: its host was not reached, which says nothing of the server. */
  | { readonly kind: "unseen" };

/** What was counted of one server since its watch began. */
export interface WatchTally {
  readonly host: HostId;
  /** Absent: it never answered. */
  readonly way?: DnsWay;
  readonly asked: number;
  readonly answered: number;
  readonly unseen: number;
  /** How often it was silent, for at least two questions in a row. */
  readonly silences: number;
  readonly silentMs: number;
  readonly longestMs: number;
}
