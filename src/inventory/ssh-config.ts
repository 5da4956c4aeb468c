import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readSshConfigLines, type SshOptions } from "./ssh-options.ts";

/** What the operator's ssh_config says about a destination; nothing where there is none, or no `ssh` to ask. */
export type SshConfigLookup = (destination: string, configFile?: string) => SshOptions | undefined;

/**
 * Asks `ssh -G`, the only one who knows Include, Match and tokens, once per destination. Not asked at all where no
 * configuration exists. Make one and keep it: each question is a process.
 */
export function sshConfigLookup(home: string, program = "ssh"): SshConfigLookup {
  const known = new Map<string, SshOptions | undefined>();
  const configured = [`${home}/.ssh/config`, "/etc/ssh/ssh_config"].some((file) =>
    existsSync(file),
  );
  return (destination, configFile) => {
    if (!configured && configFile === undefined) return undefined;
    // What ssh would take for an option is no destination.
    if (destination.startsWith("-")) return undefined;
    const key = JSON.stringify([destination, configFile]);
    if (!known.has(key)) known.set(key, ask({ home, program, destination, configFile }));
    return known.get(key);
  };
}

interface Question {
  readonly home: string;
  readonly program: string;
  readonly destination: string;
  readonly configFile: string | undefined;
}

/** ssh -G always names the keys that ssh tries without being told: where they do not exist they are nobody's choice. */
const BY_DEFAULT = /^~\/\.ssh\/id_(?:rsa|dsa|ecdsa|ecdsa_sk|ed25519|ed25519_sk|xmss)$/;

function ask({ home, program, destination, configFile }: Question): SshOptions | undefined {
  const file = configFile === undefined ? [] : ["-F", configFile];
  const answer = spawnSync(program, [...file, "-G", "--", destination], {
    encoding: "utf8",
    timeout: 10_000,
    stdio: ["ignore", "pipe", "ignore"],
  });
  if (answer.status !== 0) return undefined;
  const options = readSshConfigLines(answer.stdout.split("\n").filter((line) => line !== ""));
  const tokens: { readonly [token: string]: string | undefined } = {
    "%%": "%",
    "%d": home,
    "%h": options.host,
    "%n": destination,
    "%r": options.user,
  };
  const expand = (path: string) =>
    path.replace(/^~(?=\/)/, home).replaceAll(/%[%dhnr]/g, (token) => tokens[token] ?? token);
  const identities = options.identities
    .filter((path) => !BY_DEFAULT.test(path) || existsSync(expand(path)))
    .map(expand);
  return { ...options, identities };
}
