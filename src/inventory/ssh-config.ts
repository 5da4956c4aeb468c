import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readSshConfigLines, type SshOptions } from "./ssh-options.ts";

/** What the operator's ssh_config says about a destination; nothing where there is none, or no `ssh` to ask. */
export type SshConfigLookup = (destination: string, configFile?: string) => SshOptions | undefined;

/**
 * Asks `ssh -G`, the only one who knows Include, Match and tokens, once per destination. Not asked at all where no
 * configuration exists.
 */
export function sshConfigLookup(home: string): SshConfigLookup {
  const known = new Map<string, SshOptions | undefined>();
  const configured = [`${home}/.ssh/config`, "/etc/ssh/ssh_config"].some((file) =>
    existsSync(file),
  );
  return (destination, configFile) => {
    if (!configured && configFile === undefined) return undefined;
    const key = JSON.stringify([destination, configFile]);
    if (!known.has(key)) known.set(key, ask(destination, configFile));
    return known.get(key);
  };
}

function ask(destination: string, configFile: string | undefined): SshOptions | undefined {
  const file = configFile === undefined ? [] : ["-F", configFile];
  const answer = spawnSync("ssh", [...file, "-G", "--", destination], {
    encoding: "utf8",
    timeout: 10_000,
    stdio: ["ignore", "pipe", "ignore"],
  });
  if (answer.status !== 0) return undefined;
  const options = readSshConfigLines(answer.stdout.split("\n").filter((line) => line !== ""));
  // ssh -G always names the keys that ssh would try by default; those that do not exist are no choice of anybody.
  return {
    ...options,
    identities: options.identities.filter((path) => existsSync(expandHome(path))),
  };
}

function expandHome(path: string): string {
  return path.startsWith("~/") ? (process.env["HOME"] ?? "~") + path.slice(1) : path;
}
