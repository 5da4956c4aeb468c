import { reasonOf } from "../../lib/reason.ts";
import { connect as connectSocket, type Socket } from "node:net";
import { userInfo } from "node:os";
import type { Duplex } from "node:stream";
import { Client } from "./ssh2.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { TransportLimits } from "../limits.ts";
import { algorithmsFor } from "./algorithms.ts";
import { addKnownHost, decideHostKey, keyName, readKnownHosts } from "./host-key.ts";
import type { KeyFiles } from "./keys.ts";
import { knownTypes } from "./known-hosts.ts";
import { prepareLogin } from "./login.ts";
import { classify, problemOf, type ConnectFailure, type ConnectStage } from "./problems.ts";
import type { SshSettings } from "./settings.ts";

export interface ConnectOptions {
  /** What people call the host: for diagnostics. */
  readonly name: string;
  readonly settings: SshSettings;
  readonly keys: KeyFiles;
  readonly limits: TransportLimits;
  readonly onNote: (text: string) => void;
  /** A stream through a bastion; absent: a socket of our own. */
  readonly via?: () => Promise<Duplex>;
}

export type Connected =
  { readonly kind: "open"; readonly client: Client; readonly user: string } | ConnectFailure;

/** A handshake of slow machines with slow name services; OpenSSH's ConnectTimeout does not count the login either. */
const LOGIN_FACTOR = 2;

/**
 * The only place where an SSH connection is made. There is no way through it without a check of the host key, and
 * without keepalive: a black hole without it hangs for ever.
 */
export async function connectSsh(options: ConnectOptions): Promise<Connected> {
  const { settings, name, limits } = options;
  const user = settings.user ?? userInfo().username;
  const known = await readKnownHosts(settings.knownHosts);
  const login = await prepareLogin(settings, user, options.keys);
  for (const note of login.notes) options.onNote(note);
  let banner = "";
  const failure = (problem: unknown, stage: ConnectStage): ConnectFailure =>
    classify(name, settings, problemOf(problem, stage), {
      tried: login.tried,
      accepts: login.accepts(),
      notes: login.notes,
      user,
      banner,
    });

  let sock: Duplex;
  try {
    sock = await (options.via ?? (() => openSocket(settings)))();
  } catch (problem) {
    return failure(problem, "socket");
  }

  const client = new Client();
  let stage: ConnectStage = "greeting";
  let keyRefused: Diagnostic | undefined;
  const connected = new Promise<Connected>((settle) => {
    const fail = (problem: unknown): void => {
      client.destroy();
      sock.destroy();
      settle(
        keyRefused === undefined
          ? failure(problem, stage)
          : { kind: "refused", diagnostic: keyRefused },
      );
    };
    client.on("banner", (message) => {
      banner += message;
    });
    client.on("handshake", () => {
      stage = "login";
    });
    client.on("error", (problem) => {
      // One way to log in was no good; ssh2 goes on to the next by itself.
      if (problemOf(problem, stage).level === "agent") options.onNote(`agent: ${problem.message}`);
      else fail(problem);
    });
    client.on("close", () => fail(new Error("the server closed the connection")));
    client.on("ready", () => settle({ kind: "open", client, user }));
    client.connect({
      sock,
      username: user,
      authHandler: login.handler,
      algorithms: algorithmsFor(knownTypes(known, keyName(settings))),
      readyTimeout: settings.connectTimeoutMs * LOGIN_FACTOR,
      keepaliveInterval: limits.keepaliveIntervalMs,
      keepaliveCountMax: limits.keepaliveCount,
      hostVerifier: (key: Buffer, verified: (isGood: boolean) => void) => {
        stage = "handshake";
        const decision = decideHostKey(settings, known, { type: typeOf(key), blob: key });
        switch (decision.kind) {
          case "accept":
            if (decision.note !== undefined) options.onNote(decision.note);
            verified(true);
            return;
          case "add":
            void addKnownHost(settings.knownHosts[0] as string, decision.line).then(
              () => {
                options.onNote(decision.note);
                verified(true);
              },
              (problem: unknown) => {
                keyRefused = notAdded(name, settings.knownHosts[0] as string, problem);
                verified(false);
              },
            );
            return;
          case "refuse":
            keyRefused = {
              ...decision.diagnostic,
              summary: `${name}: ${decision.diagnostic.summary}`,
            };
            verified(false);
            return;
        }
      },
    });
  });
  return connected;
}

function openSocket(settings: SshSettings): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({
      host: settings.address,
      port: settings.port,
      // A channel needs several small writes: with Nagle every command costs a delayed acknowledgement.
      noDelay: true,
      autoSelectFamilyAttemptTimeout: 2_500,
    });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no answer within ${settings.connectTimeoutMs / 1000} s`));
    }, settings.connectTimeoutMs);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.removeAllListeners("error");
      resolve(socket);
    });
    socket.once("error", (problem) => {
      clearTimeout(timer);
      reject(problem);
    });
  });
}

/** A public key begins with the length and the name of its type. */
function typeOf(key: Buffer): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0;
  return key.toString("latin1", 4, 4 + length);
}

function notAdded(name: string, file: string, problem: unknown): Diagnostic {
  return {
    code: "transport/host-key-not-added",
    severity: "error",
    summary: `${name}: the host key is new and could not be added to ${file}`,
    detail: [reasonOf(problem)],
  };
}
