import { reasonOf } from "../../lib/reason.ts";
import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import type { Clock } from "../../model/clock.ts";
import type { DialResult } from "../../model/transport.ts";
import { backoff } from "../backoff.ts";
import type { TransportLimits } from "../limits.ts";
import type { Link, LinkOpened } from "../link.ts";
import { startChannel } from "./channel.ts";
import { connectSsh, type Connected } from "./connect.ts";
import { HalfOpen } from "./half-open.ts";
import { KeyFiles } from "./keys.ts";
import type { SshSettings } from "./settings.ts";

/** How often a server that cuts us off before its greeting is asked again. */
const BUSY_TRIES = 10;

/**
 * Opens SSH links. Owns what links share: the keys, the limit of half-open connections, and one connection to each
 * bastion, so that a hundred hosts behind it cost it one login.
 */
export class SshConnector {
  readonly #clock: Clock;
  readonly #limits: TransportLimits;
  readonly #keys = new KeyFiles();
  readonly #halfOpen: HalfOpen;
  readonly #bastions = new Map<string, Promise<Connected>>();

  constructor(of: { clock: Clock; limits: TransportLimits }) {
    this.#clock = of.clock;
    this.#limits = of.limits;
    this.#halfOpen = new HalfOpen(of.limits.halfOpenPerServer);
  }

  async open(
    host: string,
    settings: SshSettings,
    onNote: (text: string) => void,
  ): Promise<LinkOpened> {
    const connected = await this.#connect({ name: host, settings, hops: hopsOf(settings), onNote });
    if (connected.kind === "busy") return { kind: "unreachable", diagnostic: connected.diagnostic };
    return connected.kind === "open"
      ? { kind: "open", link: linkOf(connected.client, connected.user) }
      : connected;
  }

  close(): void {
    for (const bastion of this.#bastions.values()) {
      void bastion.then((connected) => {
        if (connected.kind === "open") connected.client.end();
      });
    }
    this.#bastions.clear();
  }

  async #connect(of: {
    name: string;
    settings: SshSettings;
    hops: readonly SshSettings[];
    onNote: (text: string) => void;
  }): Promise<Connected> {
    const { settings, hops } = of;
    const options = { ...of, keys: this.#keys, limits: this.#limits };
    const last = hops.at(-1);
    if (last === undefined) {
      return this.#patiently(serverOf(settings), () => connectSsh(options));
    }
    const bastion = await this.#bastion(hops, of.onNote);
    if (bastion.kind !== "open") return bastion;
    // Behind a bastion its own limits are met first, so they are what is shared.
    return this.#patiently(`via ${serverOf(last)}`, () =>
      connectSsh({ ...options, via: () => forward(bastion.client, settings) }),
    );
  }

  async #bastion(hops: readonly SshSettings[], onNote: (text: string) => void): Promise<Connected> {
    const settings = hops.at(-1) as SshSettings;
    const key = hops.map((hop) => `${hop.user ?? ""}@${serverOf(hop)}`).join(" ");
    const before = this.#bastions.get(key);
    if (before !== undefined) return before;
    const name = `jump host ${settings.address}`;
    const opening = this.#connect({ name, settings, hops: hops.slice(0, -1), onNote });
    this.#bastions.set(key, opening);
    const forget = (): void => {
      if (this.#bastions.get(key) === opening) this.#bastions.delete(key);
    };
    const connected = await opening;
    if (connected.kind === "open") connected.client.once("close", forget);
    else forget();
    return connected;
  }

  async #patiently(server: string, connect: () => Promise<Connected>): Promise<Connected> {
    for (let attempt = 0; ; attempt++) {
      const connected = await this.#halfOpen.during(server, connect);
      if (connected.kind !== "busy" || attempt >= BUSY_TRIES) return connected;
      await this.#clock.sleep(backoff(attempt, { firstMs: 100, mostMs: 3_000 }));
    }
  }
}

function hopsOf(settings: SshSettings): readonly SshSettings[] {
  return settings.jumps.filter((hop) => hop.kind === "ssh");
}

function serverOf(settings: SshSettings): string {
  return `${settings.address}:${settings.port}`;
}

function forward(client: Client, settings: SshSettings): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no answer within ${settings.connectTimeoutMs / 1000} s`)),
      settings.connectTimeoutMs,
    );
    client.forwardOut("127.0.0.1", 0, settings.address, settings.port, (problem, stream) => {
      clearTimeout(timer);
      if (problem === undefined || problem === null) resolve(stream);
      else reject(new Error(`the jump host says: ${problem.message}`));
    });
  });
}

function linkOf(client: Client, user: string): Link {
  let lost: string | undefined;
  let why = "the connection was lost";
  let openChannels = 0;
  const listeners: ((reason: string) => void)[] = [];
  client.removeAllListeners("error");
  client.on("error", (problem) => {
    why = `the connection was lost: ${problem.message}`;
    // ssh2 leaves the socket of a keepalive that failed to us.
    client.destroy();
  });
  client.on("close", () => {
    if (lost !== undefined) return;
    lost = why;
    for (const listener of listeners.splice(0)) listener(why);
  });
  return {
    user,
    get openChannels() {
      return openChannels;
    },
    start: (line) => {
      if (lost !== undefined) return Promise.resolve({ kind: "lost", reason: lost });
      openChannels += 1;
      return startChannel(client, line, () => {
        openChannels -= 1;
      });
    },
    dial: (address, port) =>
      lost === undefined
        ? dial(client, address, port)
        : Promise.resolve({ kind: "refused", reason: lost }),
    onLost: (listener) => {
      if (lost === undefined) listeners.push(listener);
      else listener(lost);
    },
    close: () => {
      why = "closed";
      client.end();
      // A peer that is gone never answers the goodbye.
      setTimeout(() => client.destroy(), 1_000).unref();
    },
  };
}

function dial(client: Client, address: string, port: number): Promise<DialResult> {
  return new Promise((resolve) => {
    try {
      client.forwardOut("127.0.0.1", 0, address, port, (problem, stream) => {
        if (problem === undefined || problem === null) resolve({ kind: "open", stream });
        else resolve({ kind: "refused", reason: problem.message });
      });
    } catch (problem) {
      resolve({
        kind: "refused",
        reason: reasonOf(problem),
      });
    }
  });
}
