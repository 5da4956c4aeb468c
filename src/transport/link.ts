import type { Diagnostic } from "../model/diagnostic.ts";
import type { DialResult } from "../model/transport.ts";

/** One program running at the other end: its three streams, and its end. */
export interface Channel {
  write(bytes: Uint8Array | string): void;
  /** Replaces the listener. While there is none, whatever arrives is kept for the next. */
  listen(listener: ChannelListener | undefined): void;
  close(): void;
}

export interface ChannelListener {
  stdout(chunk: Uint8Array): void;
  stderr(chunk: Uint8Array): void;
  /** Said once, after the last bytes. `code` is absent when nobody said how the program ended. */
  closed(reason: string, code?: number): void;
}

export type ChannelOpened =
  | { readonly kind: "open"; readonly channel: Channel }
  /** The other end opens no more channels on this connection; the connection is as good as before. */
  | { readonly kind: "full"; readonly reason: string }
  | { readonly kind: "lost"; readonly reason: string };

/** A way to one machine that is open now. */
export interface Link {
  /** Who commands run as; undefined where only the other end knows. */
  readonly user: string | undefined;
  /** Programs that were asked for and are not known to have ended. */
  readonly openChannels: number;
  /** Runs one line of shell through the login shell of the account, whichever shell that is. */
  start(line: string): Promise<ChannelOpened>;
  dial(address: string, port: number): Promise<DialResult>;
  /** Called once when the link is gone, at once when it is gone already. */
  onLost(listener: (reason: string) => void): void;
  close(): void;
}

export type LinkOpened =
  | { readonly kind: "open"; readonly link: Link }
  | { readonly kind: "unreachable"; readonly diagnostic: Diagnostic }
  | { readonly kind: "refused"; readonly diagnostic: Diagnostic };
