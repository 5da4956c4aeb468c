/**
 * A host's own root: a folder that holds what a host has for itself, and where a shell is put so that it sees that folder
 * as `/`, with the programs of this machine in it. That takes a user and a mount namespace of the kernel and no rights.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { hostUser, makeFolder, own, writeOwned } from "./ownership.ts";
import { USERS } from "./shell-programs.ts";

/** What a host has for itself; everything else at the top of this machine's tree is shared. */
const OWN = [
  "etc",
  "var",
  "run",
  "sys",
  "srv",
  "home",
  "root",
  "tmp",
  "mnt",
  "media",
  "opt",
  "boot",
  "lost+found",
];

const FOLDERS = [
  "/etc/apt/sources.list.d",
  "/etc/powerdns/pdns.d",
  "/etc/systemd/system",
  "/home/ops",
  "/root",
  "/run/systemd/system",
  "/sys/fs/cgroup",
  "/tmp",
  "/usr/local/sbin",
  "/usr/local/bin",
  "/var/cache/apt/archives",
  "/var/lib/apt/lists",
  "/var/lib/apt/periodic",
  "/var/lib/dpkg",
  "/var/lib/powerdns",
  "/var/tmp",
];

/** Programs that start through the C library want these, and alternatives point through /etc. */
const FROM_THIS_MACHINE = [
  "alternatives",
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "nsswitch.conf",
];

export function makeRoot(root: string, hostName: string): void {
  makeFolder(root);
  for (const folder of FOLDERS) makeFolder(join(root, folder));
  for (const folder of ["/tmp", "/var/tmp"]) chmodSync(join(root, folder), 0o1777);
  const users = USERS.map(({ name, id, home }) => `${name}:x:${id}:${id}::${home}:/bin/sh\n`);
  const groups = USERS.map(({ name, id }) => `${name}:x:${id}:\n`);
  const files: { readonly [path: string]: string } = {
    "/etc/passwd": users.join(""),
    "/etc/group": groups.join(""),
    "/etc/hostname": `${hostName}\n`,
    "/etc/hosts": `127.0.0.1 localhost ${hostName}\n`,
    "/etc/os-release": `PRETTY_NAME="Debian GNU/Linux 13 (trixie), simulated"\nNAME="Debian GNU/Linux"\nVERSION_ID="13"\nVERSION="13 (trixie)"\nVERSION_CODENAME=trixie\nID=debian\n`,
    "/etc/debian_version": "13.1\n",
    "/var/lib/apt/periodic/update-success-stamp": "",
  };
  for (const [path, text] of Object.entries(files)) writeOwned(join(root, path), text);
}

/** Writes the program that enters the root, and says whether this machine lets it. */
export function namespaceFor(root: string, script: string): readonly string[] | undefined {
  if (process.platform !== "linux" || !existsSync("/proc/self/ns/user")) return undefined;
  for (const name of FROM_THIS_MACHINE) {
    if (existsSync(join("/etc", name))) {
      cpSync(join("/etc", name), join(root, "etc", name), {
        recursive: true,
        verbatimSymlinks: true,
      });
    }
  }
  const mounts = [...shared("/", root, OWN), ...shared("/usr", root, ["local"])].filter(
    (path) => path !== "/usr",
  );
  const lines = mounts.map((path) => `mount --rbind ${path} '${root}${path}'`);
  writeOwned(script, `set -e\n${lines.join("\n")}\nexec chroot '${root}' /bin/sh -c "$1"\n`);
  const enter = ["unshare", "--user", "--map-root-user", "--mount", "/bin/sh", script];
  const [program = "", ...words] = enter;
  const tried = spawnSync(program, [...words, "cat /etc/debian_version"], {
    ...hostUser,
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
    cwd: root,
    encoding: "utf8",
  });
  return tried.status === 0 && tried.stdout === "13.1\n" ? enter : undefined;
}

/** Makes a place in the root for each folder of this machine's; a link is made again. */
function shared(folder: string, root: string, without: readonly string[]): readonly string[] {
  const mounts: string[] = [];
  for (const name of readdirSync(folder)) {
    if (without.includes(name)) continue;
    const path = join(folder, name);
    const place = root + path;
    if (lstatSync(path).isSymbolicLink()) {
      if (!existsSync(place)) symlinkSync(readlinkSync(path), place);
    } else if (statSync(path).isDirectory()) {
      makeFolder(place);
      own(place);
      mounts.push(path);
    }
  }
  return mounts;
}
