/**
 * Hosts that are folders: each one is a real SSH server on loopback with a tree and a home of its own, and runs what it is
 * asked in a real shell, never as root. The operator's home is a folder too, so nothing of this machine's is read or written.
 */
import { spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import type { ServedProgram, SshServer } from "../../src/transport/ssh/server.ts";
import { newSshKey, serveSsh } from "../../src/transport/ssh/server.ts";
import type { Ended, Invocation } from "./command-line.ts";
import { invoke } from "./command-line.ts";

/** Whom programs on hosts run as when the tests are root's: a run as root keeps its locks in one place of the machine. */
const NOBODY = 65534;

export interface PrivateHost {
  readonly name: string;
  readonly server: SshServer;
  /** The folder that stands for the host; `{{ root }}` in playbooks. */
  readonly root: string;
  path(name: string): string;
  has(name: string): boolean;
  read(name: string): string;
  /** Owned by the login user, as everything on the host is. */
  write(name: string, text: string, mode?: number): void;
  remove(name: string): void;
}

export interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly under?: readonly string[];
}

export interface PrivateFleet extends AsyncDisposable {
  /** Where the operator works: playbooks and the inventory `hosts.ini`. */
  readonly folder: string;
  readonly home: string;
  readonly stateFolder: string;
  host(name: string): PrivateHost;
  file(name: string, text: string, mode?: number): string;
  /** Runs the command line to its end. */
  runbook(args: readonly string[], given?: Given): Promise<Ended>;
  begin(args: readonly string[], given?: Given): Invocation;
  /** Paths of the journals, oldest first. */
  journals(): readonly string[];
}

export interface FleetOptions {
  /** More variables of a host, as they stand in an INI inventory. */
  readonly vars?: (name: string) => string;
  /** Over the environment of programs on the host. */
  readonly env?: (host: { name: string; root: string }) => Readonly<Record<string, string>>;
  /** Names in the inventory; default: those of the hosts. */
  readonly groups?: string;
}

export async function startFleet(
  names: readonly string[],
  options: FleetOptions = {},
): Promise<PrivateFleet> {
  const top = mkdtempSync(join(tmpdir(), "runbook-fleet-"));
  chmodSync(top, 0o711);
  const [folder, home] = [join(top, "work"), join(top, "operator")];
  mkdirSync(folder);
  mkdirSync(join(home, ".ssh"), { recursive: true, mode: 0o700 });
  const login = newSshKey();
  writeFileSync(join(home, ".ssh", "id_ed25519"), login.privateKey, { mode: 0o600 });
  const hosts = new Map<string, PrivateHost>();
  for (const name of names) {
    const root = join(top, "hosts", name);
    own(mkdirp(root));
    own(mkdirp(join(root, "home")));
    const server = await serveSsh({
      run: inShell({ HOME: join(root, "home"), ...options.env?.({ name, root }) }),
      authorize: (attempt) => attempt.method === "publickey" && attempt.key.equals(login.blob),
    });
    hosts.set(name, privateHost(name, server, root));
  }
  const all = [...hosts.values()];
  writeFileSync(
    join(home, ".ssh", "known_hosts"),
    all.map(({ server }) => `[127.0.0.1]:${server.port} ${server.hostKeys[0]}\n`).join(""),
  );
  const lines = all.map(
    ({ name, server, root }) =>
      `${name} ansible_host=127.0.0.1 ansible_port=${server.port} root=${root} ${options.vars?.(name) ?? ""}`,
  );
  writeFileSync(
    join(folder, "hosts.ini"),
    `${lines.join("\n")}\n\n[all:vars]\nansible_user=ops\n${options.groups ?? ""}`,
  );
  const invocations: Invocation[] = [];
  const begin = (args: readonly string[], given: Given = {}): Invocation => {
    const invocation = invoke(args, {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: home, ...given.env },
      ...(given.stdin !== undefined && { stdin: given.stdin }),
      ...(given.under && { under: given.under }),
    });
    invocations.push(invocation);
    return invocation;
  };
  const stateFolder = join(home, ".local", "state", "runbook");
  return {
    folder,
    home,
    stateFolder,
    host: (name) => {
      const host = hosts.get(name);
      if (!host) throw new Error(`the fleet has no host ${name}`);
      return host;
    },
    file: (name, text, mode = 0o644) => {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      chmodSync(path, mode);
      return path;
    },
    begin,
    runbook: (args, given) => begin(args, given).ended,
    journals: () =>
      existsSync(stateFolder)
        ? readdirSync(stateFolder)
            .filter((name) => name.endsWith(".jsonl"))
            .toSorted()
            .map((name) => join(stateFolder, name))
        : [],
    [Symbol.asyncDispose]: async () => {
      // A test that failed half-way leaves no process behind.
      for (const invocation of invocations) invocation.signal("SIGKILL");
      for (const { server } of all) await server[Symbol.asyncDispose]();
      rmSync(top, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function privateHost(name: string, server: SshServer, root: string): PrivateHost {
  const path = (inside: string): string => join(root, inside);
  return {
    name,
    server,
    root,
    path,
    has: (inside) => existsSync(path(inside)),
    read: (inside) => readFileSync(path(inside), "utf8"),
    write: (inside, text, mode = 0o644) => {
      for (let above = dirname(inside); above !== "."; above = dirname(above))
        own(mkdirp(path(above)));
      writeFileSync(path(inside), text);
      chmodSync(path(inside), mode);
      own(path(inside));
    },
    remove: (inside) => rmSync(path(inside)),
  };
}

function mkdirp(path: string): string {
  mkdirSync(path, { recursive: true });
  return path;
}

function own(path: string): void {
  if (userInfo().uid === 0) chownSync(path, NOBODY, NOBODY);
}

/** As sshd does: a session of its own for each program, and streams that end when the client goes. */
function inShell(env: Readonly<Record<string, string>>): (program: ServedProgram) => void {
  const user = userInfo().uid === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  return (program) => {
    const child = spawn("/bin/sh", ["-c", program.line], {
      ...user,
      detached: true,
      cwd: env["HOME"] ?? "/",
      env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdin.on("error", () => undefined);
    program.stdin.pipe(child.stdin);
    child.stdout.pipe(program.stdout, { end: false });
    child.stderr.pipe(program.stderr, { end: false });
    child.on("error", () => program.exit(127));
    child.on("close", (code, signal) => program.exit(signal === null ? (code ?? 255) : { signal }));
    program.onClosed(() => {
      child.stdin.destroy();
      child.stdout.destroy();
      child.stderr.destroy();
    });
  };
}
