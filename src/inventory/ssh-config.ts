import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readSshConfigLines, type SshOptions } from "./ssh-options.ts";

/** What the operator's ssh_config says about a destination; nothing where there is none, or no `ssh` to ask. */
export type SshConfigLookup = (destination: string, configFile?: string) => SshOptions | undefined;

export interface SshConfig {
  /** Asks at once, and waits, where it was not asked ahead. */
  readonly lookup: SshConfigLookup;
  /**
   * What `looking` makes when all that it wants to know has been asked, many questions side by side. It is called again
   * until it has no new question: a hop may lead to another one.
   */
  ahead<T>(looking: (lookup: SshConfigLookup) => T): Promise<T>;
}

/** Each is a process that lives for some milliseconds; more of them at a time only wait for each other. */
const SIDE_BY_SIDE = 8;

/**
 * Asks `ssh -G`, the only one who knows Include, Match and tokens, once per destination. Not asked at all where no
 * configuration exists. Make one and keep it: each question is a process. `account` is the home of the account, which ssh
 * reads whatever $HOME says: where `home` is another folder, ssh is told to read there.
 */
export function openSshConfig(home: string, program = "ssh", account = home): SshConfig {
  const known = new Map<string, SshOptions | undefined>();
  const files = [`${home}/.ssh/config`, "/etc/ssh/ssh_config"].filter((file) => existsSync(file));
  const lookingWith =
    (unknown: (key: string, question: Question) => void): SshConfigLookup =>
    (destination, configFile) => {
      if (files.length === 0 && configFile === undefined) return undefined;
      // What ssh would take for an option is no destination.
      if (destination.startsWith("-")) return undefined;
      const key = JSON.stringify([destination, configFile]);
      if (!known.has(key)) unknown(key, { home, account, program, destination, configFile, files });
      return known.get(key);
    };
  return {
    lookup: lookingWith((key, question) => known.set(key, ask(question))),
    async ahead(looking) {
      for (;;) {
        const questions = new Map<string, Question>();
        const made = looking(lookingWith((key, question) => questions.set(key, question)));
        if (questions.size === 0) return made;
        const waiting = questions.entries();
        const askOn = async (): Promise<void> => {
          for (const [key, question] of waiting) known.set(key, await askBeside(question));
        };
        await Promise.all(Array.from({ length: SIDE_BY_SIDE }, askOn));
      }
    },
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

const PATIENCE_MS = 10_000;

function ask(question: Question): SshOptions | undefined {
  const { program, args, input } = commandOf(question);
  const { status, stdout } = spawnSync(program, args, {
    encoding: "utf8",
    timeout: PATIENCE_MS,
    input,
    stdio: ["pipe", "pipe", "ignore"],
  });
  return status === 0 ? answerIn(stdout, question) : undefined;
}

function askBeside(question: Question): Promise<SshOptions | undefined> {
  const { program, args, input } = commandOf(question);
  return new Promise((resolve) => {
    const child = execFile(
      program,
      [...args],
      { encoding: "utf8", timeout: PATIENCE_MS },
      (failed, stdout) => resolve(failed ? undefined : answerIn(stdout, question)),
    );
    // It may end without having read anything; its exit status says so.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

interface Asking {
  readonly program: string;
  readonly args: readonly string[];
  readonly input: string;
}

function commandOf(question: Question): Asking {
  const { home, account, program, destination, configFile, files } = question;
  if (home === account || configFile !== undefined) {
    const own = configFile === undefined ? [] : ["-F", configFile];
    return { program, args: [...own, "-G", "--", destination], input: "" };
  }
  // Node hands over a socket, which cannot be opened by a name: the shell makes a pipe of it.
  const piped = ["-c", 'cat | "$@"', "sh", program, "-F", "/dev/stdin", "-G", "--", destination];
  return {
    program: "/bin/sh",
    args: piped,
    input: files.map((path) => `Include "${path}"\n`).join(""),
  };
}

function answerIn(stdout: string, { home, account, destination }: Question): SshOptions {
  const read = readSshConfigLines(stdout.split("\n").filter((line) => line !== ""));
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
