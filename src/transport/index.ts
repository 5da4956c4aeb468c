import type { Clock } from "../model/clock.ts";
import type { HostId } from "../model/ids.ts";
import type { ConnectionSettings, HostConnection, Transport } from "../model/transport.ts";
import { KeptHostConnection, type CommandRan } from "./host-connection.ts";
import { DEFAULT_LIMITS, type TransportLimits } from "./limits.ts";
import type { LinkOpened } from "./link.ts";
import { localLink } from "./local.ts";
import { SshConnector } from "./ssh/connector.ts";

export type { CommandRan } from "./host-connection.ts";
export { DEFAULT_LIMITS, type TransportLimits } from "./limits.ts";

export interface TransportOptions {
  settingsOf(host: HostId): ConnectionSettings;
  readonly clock: Clock;
  readonly limits?: Partial<TransportLimits>;
  /** Said while connecting: a host key that was added, a key file that cannot be used. */
  readonly onNote?: (host: HostId, text: string) => void;
  /** Said of every command that ran to its end. */
  readonly onRan?: (ran: CommandRan) => void;
}

/** Connections to real machines. Disposing closes all of them; jobs on the hosts go on. */
export function createTransport(options: TransportOptions): Transport & AsyncDisposable {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const { clock } = options;
  const connector = new SshConnector({ clock, limits });
  const connections = new Map<HostId, HostConnection>();
  return {
    connection: (host) => {
      const before = connections.get(host);
      if (before !== undefined) return before;
      const settings = options.settingsOf(host);
      const onNote = (text: string): void => options.onNote?.(host, text);
      const openLink = (): Promise<LinkOpened> =>
        settings.kind === "local"
          ? Promise.resolve({ kind: "open", link: localLink(settings.shell) })
          : connector.open(host, settings, onNote);
      const connection = new KeptHostConnection({
        host,
        settings,
        clock,
        limits,
        openLink,
        ...(options.onRan && { onRan: options.onRan }),
      });
      connections.set(host, connection);
      return connection;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...connections.values()].map((each) => each[Symbol.asyncDispose]()));
      connector.close();
    },
  };
}
