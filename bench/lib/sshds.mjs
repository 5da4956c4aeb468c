/**
 * Real sshds on loopback, one per host, with throwaway keys. As root each lives in a mount namespace of its own whose
 * home and /var/lib/runbook are folders of the bench: hosts share nothing, and login files of this machine are not read.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

const SSHD = "/usr/sbin/sshd";

/** Hosts h1…hN, an inventory and the connection facts that peers need. */
export async function startHosts(count) {
  const folder = mkdtempSync(join(tmpdir(), "runbook-bench-"));
  const file = (...names) => join(folder, ...names);
  const keygen = (path) =>
    execFileSync("ssh-keygen", ["-q", "-N", "", "-t", "ed25519", "-f", path]);
  keygen(file("id"));
  keygen(file("host_key"));
  if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const hosts = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const name = `h${index + 1}`;
      const port = await freePort();
      mkdirSync(file(name, "home"), { recursive: true, mode: 0o700 });
      mkdirSync(file(name, "state"), { mode: 0o755 });
      writeFileSync(file(name, "sshd_config"), configOf(folder, name, port));
      return { name, port, daemon: await startSshd(folder, name) };
    }),
  );
  const hostKey = readFileSync(file("host_key.pub"), "utf8").trim();
  const knownHosts = (list) => list.map(({ port }) => `[127.0.0.1]:${port} ${hostKey}\n`).join("");
  writeFileSync(file("known_hosts"), knownHosts(hosts));
  const user = userInfo().username;
  /** An inventory of some of the hosts; `portOf` puts something between us and them. */
  const inventory = (name, some = hosts, portOf = (host) => host.port) => {
    const lines = some.map(
      (host) => `${host.name} ansible_host=127.0.0.1 ansible_port=${portOf(host)}`,
    );
    const ports = some.map((host) => ({ port: portOf(host) }));
    writeFileSync(file(`${name}.known_hosts`), knownHosts(ports));
    writeFileSync(
      file(`${name}.ini`),
      `[all]\n${lines.join("\n")}\n[all:vars]\nansible_user=${user}\n` +
        `ansible_ssh_private_key_file=${file("id")}\n` +
        `ansible_ssh_common_args=-o UserKnownHostsFile=${file(`${name}.known_hosts`)} -o IdentitiesOnly=yes\n`,
    );
    return file(`${name}.ini`);
  };
  return {
    folder,
    hosts,
    user,
    key: file("id"),
    inventory,
    stop: () => {
      for (const { daemon } of hosts) daemon.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configOf(folder, name, port) {
  return [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${join(folder, "host_key")}`,
    `AuthorizedKeysFile ${join(folder, "id.pub")}`,
    `PidFile ${join(folder, name, "sshd.pid")}`,
    `SetEnv HOME=${join(folder, name, "home")}`,
    "StrictModes no",
    "UsePAM no",
    "PrintMotd no",
    "PrintLastLog no",
    "PasswordAuthentication no",
    "PermitRootLogin yes",
    "",
  ].join("\n");
}

function startSshd(folder, name) {
  const sshd = `exec ${SSHD} -D -e -f ${join(folder, name, "sshd_config")}`;
  const bind = `mkdir -p /var/lib/runbook && mount --bind ${join(folder, name, "state")} /var/lib/runbook`;
  const [program, ...words] =
    userInfo().uid === 0 ? ["unshare", "-m", "sh", "-c", `${bind} && ${sshd}`] : ["sh", "-c", sshd];
  const daemon = spawn(program, words, { stdio: ["ignore", "ignore", "pipe"] });
  return new Promise((resolve, reject) => {
    let said = "";
    daemon.stderr.on("data", (chunk) => {
      said += chunk;
      if (said.includes("Server listening")) resolve(daemon);
    });
    daemon.on("exit", (code) => reject(new Error(`sshd ended with status ${code}: ${said}`)));
  });
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
