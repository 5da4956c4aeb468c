import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readSshConfigLines, type SshOptions } from "./ssh-options.ts";

/** What the operator's ssh_config says about a destination; nothing where there is none, or no `ssh` to ask. */
export type SshConfigLookup = (destination: string, configFile?: string) => SshOptions | undefined;

/**
 * Asks `ssh -G`, the only one who knows Include, Match and tokens, once per destination. Not asked at all where no
 * configuration exists. Make one and keep it: each question is a process. `account` is the home of the account, which ssh
 * reads whatever $HOME says: where `home` is another folder, ssh is told to read there.
 */
export function sshConfigLookup(home: string, program = "ssh", account = home): SshConfigLookup {
  const known = new Map<string, SshOptions | undefined>();
  const files = [`${home}/.ssh/config`, "/etc/ssh/ssh_config"].filter((file) => existsSync(file));
  return (destination, configFile) => {
    if (files.length === 0 && configFile === undefined) return undefined;
    // What ssh would take for an option is no destination.
    if (destination.startsWith("-")) return undefined;
    const key = JSON.stringify([destination, configFile]);
    if (!known.has(key)) {
      known.set(key, ask({ home, account, program, destination, configFile, files }));
    }
    return known.get(key);
  };
}

interface Question {
  readonly home: string;
  readonly account: string;
  readonly program: string;
  readonly destination: string;
  readonly configFile: string | undefined;
  /** What ssh reads without being told, as far as it exists. */
  readonly files: readonly string[];
}

/** ssh -G always names the keys that ssh tries without being told: where they do not exist they are nobody's choice. */
const BY_DEFAULT = /^~\/\.ssh\/id_(?:rsa|dsa|ecdsa|ecdsa_sk|ed25519|ed25519_sk|xmss)$/;

function ask(question: Question): SshOptions | undefined {
  const { home, account, program, destination, configFile, files } = question;
  const includes = files.map((path) => `Include "${path}"\n`).join("");
  const answer =
    home !== account && configFile === undefined
      ? // Node hands over a socket, which cannot be opened by a name: the shell makes a pipe of it.
        run(
          "/bin/sh",
          ["-c", 'cat | "$@"', "sh", program, "-F", "/dev/stdin", "-G", "--", destination],
          includes,
        )
      : run(
          program,
          [...(configFile === undefined ? [] : ["-F", configFile]), "-G", "--", destination],
          "",
        );
  if (answer.status !== 0) return undefined;
  const read = readSshConfigLines(answer.stdout.split("\n").filter((line) => line !== ""));
  const options = home === account ? read : movedHome(read, account, home);
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

function run(program: string, args: readonly string[], input: string) {
  return spawnSync(program, args, {
    encoding: "utf8",
    timeout: 10_000,
    input,
    stdio: ["pipe", "pipe", "ignore"],
  });
}

/** ssh has expanded these with the account's home already. */
function movedHome(options: SshOptions, account: string, home: string): SshOptions {
  const { knownHosts } = options;
  if (knownHosts === undefined) return options;
  const from = `${account}/.ssh/`;
  const moved = knownHosts.map((path) =>
    path.startsWith(from) ? `${home}/.ssh/${path.slice(from.length)}` : path,
  );
  return { ...options, knownHosts: moved };
}
