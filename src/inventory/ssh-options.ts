import { shellWords } from "./shlex.ts";

/** What `ssh` was told on a command line, as far as we can follow it. */
export interface SshOptions {
  readonly host?: string;
  readonly user?: string;
  readonly port?: number;
  readonly identities: readonly string[];
  readonly identitiesOnly?: boolean;
  readonly agent?: string;
  readonly hostKeys?: "strict" | "accept-new" | "off";
  readonly hostKeyAlias?: string;
  readonly knownHosts?: readonly string[];
  readonly globalKnownHosts?: readonly string[];
  /** `user@host:port`, comma separated; `none` for no jump. */
  readonly proxyJump?: string;
  readonly proxyCommand?: string;
  readonly connectTimeoutMs?: number;
  readonly configFile?: string;
  /** Words that are no option: a destination, where there is one. */
  readonly destination?: string;
}

export interface SshOptionsRead {
  readonly options: SshOptions;
  /** Option names that change how a connection is made, and that we do not follow. */
  readonly unknown: readonly string[];
  /** What cannot be read at all. */
  readonly wrong: readonly string[];
}

/** Options of `ssh` without an effect on what we do, or with one that we have anyway. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(
  [
    "AddKeysToAgent AddressFamily BatchMode CanonicalizeHostname CheckHostIP ClearAllForwardings Compression",
    "ConnectionAttempts ControlMaster ControlPath ControlPersist EscapeChar ForwardAgent ForwardX11",
    "ForwardX11Trusted GSSAPIAuthentication GSSAPIDelegateCredentials HashKnownHosts IPQoS",
    "KbdInteractiveAuthentication LogLevel NumberOfPasswordPrompts PasswordAuthentication",
    "PreferredAuthentications PubkeyAuthentication RequestTTY SendEnv ServerAliveCountMax ServerAliveInterval",
    "TCPKeepAlive UpdateHostKeys VerifyHostKeyDNS VisualHostKey ExitOnForwardFailure",
  ].flatMap((line) => line.toLowerCase().split(" ")),
);
const FLAGS = "46AaCfGgKkMNnqsTtVvXxYy";
const WITH_VALUE = "BbcDEeFIiJLlmOopQRSWw";

/** Reads a command line such as `-o ProxyJump=bastion -i ~/.ssh/key`. Later options of one name lose, as for ssh. */
export function readSshOptions(line: string): SshOptionsRead {
  const split = shellWords(line);
  if (split.kind === "unclosed") {
    return {
      options: { identities: [] },
      unknown: [],
      wrong: [`the quote ${split.quote} is not closed`],
    };
  }
  return readSshWords(split.words.map((word) => word.text));
}

export function readSshWords(words: readonly string[]): SshOptionsRead {
  const reader = new OptionReader();
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!word.startsWith("-") || word === "-") {
      reader.destination ??= word;
      continue;
    }
    for (let at = 1; at < word.length; at++) {
      const letter = word.charAt(at);
      if (FLAGS.includes(letter)) continue;
      if (!WITH_VALUE.includes(letter)) {
        reader.wrong.push(`ssh has no option -${letter}`);
        break;
      }
      const value = word.slice(at + 1) || rest.shift();
      if (value === undefined) reader.wrong.push(`-${letter} needs a value`);
      else reader.letter(letter, value);
      break;
    }
  }
  return { options: reader.options(), unknown: reader.unknown, wrong: reader.wrong };
}

/** `Key=Value` or `Key Value`, as in ssh_config; the answer of `ssh -G` is made of such lines. */
export function readSshConfigLines(lines: readonly string[]): SshOptions {
  const reader = new OptionReader();
  for (const line of lines) reader.setting(line);
  return reader.options();
}

class OptionReader {
  readonly unknown: string[] = [];
  readonly wrong: string[] = [];
  destination: string | undefined;
  private readonly identities: string[] = [];
  private readonly first = new Map<string, string>();

  letter(letter: string, value: string): void {
    switch (letter) {
      case "o":
        this.setting(value);
        return;
      case "i":
        this.identities.push(value);
        return;
      case "p":
        this.keep("port", value);
        return;
      case "l":
        this.keep("user", value);
        return;
      case "J":
        this.keep("proxyjump", value);
        return;
      case "F":
        this.keep("configfile", value);
        return;
      case "W":
        this.keep("w", value);
        return;
      default:
        if ("cmb".includes(letter)) this.unknown.push(`-${letter}`);
    }
  }

  setting(text: string): void {
    const found = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*?)\s*$/s.exec(text);
    if (found?.[1] === undefined || found[2] === undefined) {
      this.wrong.push(`-o ${text} is not Key=Value`);
      return;
    }
    const key = found[1].toLowerCase();
    const value = found[2].replace(/^"(.*)"$/s, "$1");
    if (key === "identityfile") this.identities.push(value);
    else if (KNOWN.has(key)) this.keep(key, value);
    else if (!WITHOUT_EFFECT.has(key)) this.unknown.push(found[1]);
  }

  options(): SshOptions {
    const text = (key: string) => this.first.get(key);
    const number = (key: string): number | undefined => {
      const value = text(key);
      if (value === undefined || value === "none") return undefined;
      if (/^\d+$/.test(value)) return Number(value);
      this.wrong.push(`${key} ${value} is not a number`);
      return undefined;
    };
    const seconds = number("connecttimeout");
    return defined({
      host: text("hostname"),
      user: text("user"),
      port: number("port"),
      identities: this.identities,
      identitiesOnly: yes(text("identitiesonly")),
      agent: text("identityagent"),
      hostKeys: hostKeysOf(text("stricthostkeychecking")),
      hostKeyAlias: text("hostkeyalias"),
      knownHosts: paths(text("userknownhostsfile")),
      globalKnownHosts: paths(text("globalknownhostsfile")),
      proxyJump: text("proxyjump"),
      proxyCommand: text("proxycommand"),
      connectTimeoutMs: seconds === undefined ? undefined : seconds * 1000,
      configFile: text("configfile"),
      destination: this.destination,
    });
  }

  private keep(key: string, value: string): void {
    if (!this.first.has(key)) this.first.set(key, value);
  }
}

const KNOWN: ReadonlySet<string> = new Set([
  "hostname",
  "user",
  "port",
  "identitiesonly",
  "identityagent",
  "stricthostkeychecking",
  "hostkeyalias",
  "userknownhostsfile",
  "globalknownhostsfile",
  "proxyjump",
  "proxycommand",
  "connecttimeout",
]);

function yes(value: string | undefined): boolean | undefined {
  return value === undefined ? undefined : /^(?:yes|true)$/i.test(value);
}

/** `ask` cannot ask here, so it is strict. */
function hostKeysOf(value: string | undefined): SshOptions["hostKeys"] {
  switch (value?.toLowerCase()) {
    case undefined:
      return undefined;
    case "no":
    case "off":
    case "false":
      return "off";
    case "accept-new":
      return "accept-new";
    default:
      return "strict";
  }
}

function paths(value: string | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const split = shellWords(value.replaceAll("\\", "\\\\"));
  const words = split.kind === "words" ? split.words.map((word) => word.text) : [value];
  return words.filter((path) => path !== "none" && path !== "/dev/null");
}

function defined<T extends object>(options: { [K in keyof T]: T[K] | undefined }): T {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as T;
}
