import { spawn } from "node:child_process";
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { Duplex, Readable, Writable } from "node:stream";
import type { AuthContext, Connection, ServerChannel } from "ssh2";
import { Server, utils } from "./ssh2.ts";
import { fingerprint } from "./known-hosts.ts";

/** One program that a client asked for. */
export interface ServedProgram {
  readonly user: string;
  /** The line as the client sent it. */
  readonly line: string;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Says how it ended, and closes the channel. */
  exit(how: number | { readonly signal: string }): void;
  /** Called when the client closes the channel or the connection is lost. */
  onClosed(listener: () => void): void;
}

export type LoginAttempt =
  | { readonly method: "publickey"; readonly user: string; readonly key: Buffer }
  | { readonly method: "password"; readonly user: string; readonly password: string };

export interface SshServerOptions {
  run(program: ServedProgram): void;
  /** Default: everybody with a key or a password. */
  authorize?(attempt: LoginAttempt): boolean;
  /** A connection that the client asks the server to make. Default: refused. */
  dial?(address: string, port: number): Promise<Duplex | undefined>;
  /** Private keys in OpenSSH format; made anew when absent. */
  readonly hostKeys?: readonly string[];
  /** Like sshd's MaxSessions. */
  readonly maxSessions?: number;
  readonly port?: number;
  /** Of the loopback; default 127.0.0.1. */
  readonly address?: string;
}

export interface SshServer extends AsyncDisposable {
  readonly port: number;
  /** `ssh-ed25519 AAAA…` of each host key. */
  readonly hostKeys: readonly string[];
  readonly connections: number;
  /** Logins and commands since the start. */
  readonly seen: { readonly logins: number; readonly programs: number };
  /** Resets every connection, as a machine does that was switched off and on. */
  drop(): void;
  /** Ends every connection politely, without a word of SSH. */
  hangUp(): void;
  /** Reads and says nothing from now on: the network swallows everything. */
  freeze(): void;
  /** The next connections are closed before the greeting, as sshd's MaxStartups does. */
  refuseGreetings(count: number): void;
  /** New connections see another key. */
  changeHostKey(): void;
}

export interface SshKeyPair {
  readonly privateKey: string;
  /** As it stands in a known_hosts or authorized_keys file, without a name. */
  readonly publicKey: string;
  readonly blob: Buffer;
  readonly fingerprint: string;
}

export function newSshKey(): SshKeyPair {
  // One of some hundred keys that ssh2 makes cannot be read by itself again.
  for (;;) {
    const { private: privateKey } = utils.generateKeyPairSync("ed25519");
    if (!(utils.parseKey(privateKey) instanceof Error)) return keyPair(privateKey);
  }
}

function keyPair(privateKey: string): SshKeyPair {
  const key = utils.parseKey(privateKey);
  if (key instanceof Error) throw key;
  const blob = key.getPublicSSH();
  return {
    privateKey,
    publicKey: `${key.type} ${blob.toString("base64")}`,
    blob,
    fingerprint: fingerprint(blob),
  };
}

/** A real SSH server in this process, on loopback. For simulated fleets and for tests of the wire. */
export async function serveSsh(options: SshServerOptions): Promise<SshServer> {
  const seen = { logins: 0, programs: 0 };
  const sockets = new Set<Socket>();
  let keys = (options.hostKeys ?? [newSshKey().privateKey]).map(keyPair);
  let ssh = sshServer(keys, options, seen);
  let greetingsToRefuse = 0;
  let isFrozen = false;

  const server = createServer({ noDelay: true }, (socket) => {
    if (greetingsToRefuse > 0) {
      greetingsToRefuse -= 1;
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    if (isFrozen) socket.pause();
    else ssh.injectSocket(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, options.address ?? "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    get hostKeys() {
      return keys.map((key) => key.publicKey);
    },
    get connections() {
      return sockets.size;
    },
    seen,
    drop: () => sockets.forEach((socket) => socket.resetAndDestroy()),
    hangUp: () => sockets.forEach((socket) => socket.destroySoon()),
    freeze: () => {
      isFrozen = true;
      for (const socket of sockets) {
        socket.pause();
        // Whatever the server still says gets lost on the way.
        socket.write = () => true;
      }
    },
    refuseGreetings: (count) => {
      greetingsToRefuse = count;
    },
    changeHostKey: () => {
      keys = [newSshKey()];
      ssh = sshServer(keys, options, seen);
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function sshServer(
  keys: readonly SshKeyPair[],
  options: SshServerOptions,
  seen: { logins: number; programs: number },
): Server {
  return new Server({ hostKeys: keys.map((key) => key.privateKey) }, (client) => {
    // Clients that go away are no news.
    client.on("error", () => undefined);
    let user = "";
    client.on("authentication", (attempt) => {
      if (!isWelcome(attempt, options)) {
        attempt.reject(["publickey", "password"]);
        return;
      }
      user = attempt.username;
      attempt.accept();
    });
    client.on("ready", () => {
      seen.logins += 1;
      serveClient(client, () => user, options, seen);
    });
  });
}

function isWelcome(attempt: AuthContext, options: SshServerOptions): boolean {
  const { username: user } = attempt;
  const authorize = (login: LoginAttempt): boolean => options.authorize?.(login) ?? true;
  if (attempt.method === "password") {
    return authorize({ method: "password", user, password: attempt.password });
  }
  if (attempt.method !== "publickey") return false;
  if (!authorize({ method: "publickey", user, key: attempt.key.data })) return false;
  // Without a signature the client only asks whether the key would do.
  if (attempt.signature === undefined || attempt.blob === undefined) return true;
  const key = utils.parseKey(`${attempt.key.algo} ${attempt.key.data.toString("base64")}`);
  return !(key instanceof Error) && key.verify(attempt.blob, attempt.signature, attempt.hashAlgo);
}

function serveClient(
  client: Connection,
  user: () => string,
  options: SshServerOptions,
  seen: { programs: number },
): void {
  let sessions = 0;
  client.on("session", (accept, reject) => {
    if (sessions >= (options.maxSessions ?? 10)) {
      reject();
      return;
    }
    sessions += 1;
    const session = accept();
    session.on("close", () => {
      sessions -= 1;
    });
    session.on("exec", (acceptExec, _reject, info) => {
      seen.programs += 1;
      options.run(programOf(acceptExec(), user(), info.command));
    });
  });
  client.on("tcpip", (accept, reject, info) => {
    const dialling = options.dial?.(info.destIP, info.destPort) ?? Promise.resolve(undefined);
    void dialling.then((stream) => {
      if (stream === undefined) {
        reject();
        return;
      }
      const channel = accept();
      channel.on("error", () => stream.destroy());
      stream.on("error", () => channel.end());
      channel.pipe(stream).pipe(channel);
    });
  });
}

function programOf(channel: ServerChannel, user: string, line: string): ServedProgram {
  channel.on("error", () => undefined);
  let hasEnded = false;
  return {
    user,
    line,
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    exit: (how) => {
      if (hasEnded) return;
      hasEnded = true;
      if (typeof how === "number") channel.exit(how);
      else channel.exit(how.signal.replace(/^SIG/, ""));
      channel.close();
    },
    onClosed: (listener) => void channel.once("close", listener),
  };
}

/** Runs programs in a real shell of this machine, with these variables over its own. */
export function runInShell(
  env: Readonly<Record<string, string>> = {},
): (program: ServedProgram) => void {
  return (program) => {
    const child = spawn("/bin/sh", ["-c", program.line], {
      // A session of its own, as sshd gives each program.
      detached: true,
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdin.on("error", () => undefined);
    program.stdin.pipe(child.stdin);
    child.stdout.pipe(program.stdout, { end: false });
    child.stderr.pipe(program.stderr, { end: false });
    child.on("error", () => program.exit(127));
    child.on("close", (code, signal) => program.exit(signal === null ? (code ?? 255) : { signal }));
    // As sshd does: the streams end, and the program goes on until it notices.
    program.onClosed(() => {
      child.stdin.destroy();
      child.stdout.destroy();
      child.stderr.destroy();
    });
  };
}
