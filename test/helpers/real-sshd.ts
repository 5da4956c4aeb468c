import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { ConnectionSettings } from "../../src/model/transport.ts";

type SshSettings = Extract<ConnectionSettings, { readonly kind: "ssh" }>;

export interface RealSshd extends AsyncDisposable {
  readonly port: number;
  readonly directory: string;
  /** Settings that log in; `over` replaces some of them. */
  settings(over?: Partial<SshSettings>): SshSettings;
  /** Ends the listener and every connection at once, as a reboot does. */
  kill(): void;
  start(): Promise<void>;
  /** Ends every connection with SIGKILL; the listener goes on. */
  dropConnections(): void;
}

const SSHD = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"];

/** Absent where OpenSSH's server is not installed. Tests must say so and fail, not pass without having looked. */
export function sshdPath(): string {
  const found = SSHD.find((path) => existsSync(path));
  if (found === undefined) {
    throw new Error("these tests need a real sshd: apt-get install openssh-server");
  }
  return found;
}

/** Starts an sshd of our own on loopback, with its own keys and configuration, as whoever runs the tests. */
export async function startRealSshd(config: readonly string[] = []): Promise<RealSshd> {
  const sshd = sshdPath();
  const directory = mkdtempSync(join(tmpdir(), "runbook-sshd-"));
  const file = (name: string): string => join(directory, name);
  const keygen = (...words: string[]): void => {
    execFileSync("ssh-keygen", ["-q", "-N", "", ...words], { stdio: "pipe" });
  };
  keygen("-t", "ed25519", "-f", file("host_ed25519"));
  keygen("-t", "ecdsa", "-f", file("host_ecdsa"));
  keygen("-t", "ed25519", "-f", file("id"));
  const port = await freePort();
  const hostKey = readFileSync(file("host_ed25519.pub"), "utf8").trim();
  writeFileSync(file("known_hosts"), `[127.0.0.1]:${port} ${hostKey}\n`);
  writeFileSync(file("authorized_keys"), readFileSync(file("id.pub")), { mode: 0o600 });
  writeFileSync(
    file("sshd_config"),
    [
      ...config,
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${file("host_ed25519")}`,
      `HostKey ${file("host_ecdsa")}`,
      `AuthorizedKeysFile ${file("authorized_keys")}`,
      `PidFile ${file("sshd.pid")}`,
      "StrictModes no",
      "UsePAM no",
      "PasswordAuthentication no",
      "PermitRootLogin yes",
      "",
    ].join("\n"),
  );
  // Root's sshd wants its empty directory, and /run is empty after each start of a container.
  if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });

  let daemon: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    daemon = spawn(sshd, ["-D", "-e", "-f", file("sshd_config")], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    await new Promise<void>((resolve, reject) => {
      let log = "";
      daemon?.stderr?.on("data", (chunk: Buffer) => {
        log += chunk.toString();
        if (log.includes("Server listening")) resolve();
      });
      daemon?.on("exit", (code) => reject(new Error(`sshd ended with status ${code}: ${log}`)));
    });
  };
  const dropConnections = (): void => {
    for (const pid of childrenOf(daemon?.pid)) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended by itself in between.
      }
    }
  };
  const kill = (): void => {
    dropConnections();
    daemon?.kill("SIGKILL");
  };
  await start();
  return {
    port,
    directory,
    settings: (over) => ({
      kind: "ssh",
      address: "127.0.0.1",
      port,
      user: userInfo().username,
      knownHosts: [file("known_hosts")],
      hostKeys: "strict",
      identities: [file("id")],
      identitiesOnly: true,
      jumps: [],
      connectTimeoutMs: 5_000,
      shell: "/bin/sh",
      become: { method: "sudo", user: "root", exe: "sudo", flags: [] },
      ...over,
    }),
    kill,
    start,
    dropConnections,
    [Symbol.asyncDispose]: async () => {
      kill();
      rmSync(directory, { recursive: true, force: true });
      await Promise.resolve();
    },
  };
}

/** All processes below one; sshd has a child for each connection, and that one another for the user. */
function childrenOf(pid: number | undefined): readonly number[] {
  if (pid === undefined) return [];
  let children: number[];
  try {
    children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
      .trim()
      .split(/\s+/)
      .filter((word) => word !== "")
      .map(Number);
  } catch {
    return [];
  }
  const isSshd = (child: number): boolean => {
    try {
      return readFileSync(`/proc/${child}/comm`, "utf8").startsWith("sshd");
    } catch {
      return false;
    }
  };
  return children.filter(isSshd).flatMap((child) => [child, ...childrenOf(child)]);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === "object" && address !== null ? address.port : 0),
      );
    });
  });
}
