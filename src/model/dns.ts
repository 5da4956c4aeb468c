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
