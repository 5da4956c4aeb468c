import type { ConnectionSettings } from "../model/transport.ts";
import { shellWords } from "./shlex.ts";
import { readSshWords, type SshOptions } from "./ssh-options.ts";

type SshSettings = Extract<ConnectionSettings, { readonly kind: "ssh" }>;

export interface WayThrough {
  readonly proxyJump: string | undefined;
  readonly proxyCommand: string | undefined;
}

export interface JumpSurroundings {
  readonly home: string;
  readonly lookup: (destination: string) => SshOptions | undefined;
  /** What a hop has where ssh_config says nothing about it. */
  readonly template: SshSettings;
}

export interface Jumps {
  /** First hop first. */
  readonly hops: readonly SshSettings[];
  readonly wrong: readonly { readonly summary: string; readonly hint: string }[];
}

const MOST_HOPS = 8;

/**
 * The hops on the way to a host. What the command line says wins over ssh_config as a whole. A `ProxyCommand` that is
 * `ssh -W %h:%p HOST` is such a hop too; another one cannot be followed.
 */
export function jumpsOf(
  given: WayThrough,
  config: WayThrough,
  surroundings: JumpSurroundings,
): Jumps {
  const way = given.proxyJump ?? given.proxyCommand;
  const chosen = way === undefined ? config : given;
  return follow(chosen, surroundings, 0);
}

function follow(way: WayThrough, surroundings: JumpSurroundings, depth: number): Jumps {
  if (depth > MOST_HOPS) {
    return wrong("the jump hosts lead in a circle", "Look at ProxyJump in ssh_config.");
  }
  if (way.proxyJump !== undefined && way.proxyJump !== "none") {
    const parts = way.proxyJump.split(",").map((part) => hop(part.trim(), surroundings, depth));
    return {
      hops: parts.flatMap((part) => part.hops),
      wrong: parts.flatMap((part) => part.wrong),
    };
  }
  if (way.proxyCommand === undefined || way.proxyCommand === "none") return { hops: [], wrong: [] };
  return fromCommand(way.proxyCommand, surroundings, depth);
}

/** `[user@]host[:port]` or `ssh://[user@]host[:port]`. */
function hop(
  written: string,
  surroundings: JumpSurroundings,
  depth: number,
  more: SshOptions = NONE,
): Jumps {
  const found =
    /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^@:]+|[0-9a-fA-F:]*::[0-9a-fA-F:]*))(?::(\d+))?$/.exec(
      written,
    );
  const name = found?.[2] ?? found?.[3];
  if (name === undefined) {
    return wrong(`${written} is not a jump host`, "Write ProxyJump=[user@]host[:port].");
  }
  const { template, home, lookup } = surroundings;
  const config = lookup(name) ?? NONE;
  const before = follow(
    { proxyJump: config.proxyJump, proxyCommand: config.proxyCommand },
    surroundings,
    depth + 1,
  );
  const user = found?.[1] ?? more.user ?? config.user;
  const alias = config.hostKeyAlias;
  const keys = more.identities.length > 0 ? more.identities : config.identities;
  const expand = (path: string) => (path.startsWith("~/") ? home + path.slice(1) : path);
  const settings: SshSettings = {
    ...template,
    address: config.host ?? name,
    port: Number(found?.[4] ?? more.port ?? config.port ?? 22),
    ...(user === undefined ? {} : { user }),
    ...(alias === undefined ? {} : { hostKeyAlias: alias }),
    hostKeys: more.hostKeys ?? config.hostKeys ?? template.hostKeys,
    knownHosts: unique([
      ...(more.knownHosts ?? config.knownHosts ?? []).map(expand),
      ...template.knownHosts,
    ]),
    identities: unique([...keys.map(expand), ...template.identities]),
    identitiesOnly: more.identitiesOnly ?? config.identitiesOnly ?? template.identitiesOnly,
  };
  return { hops: [...before.hops, settings], wrong: before.wrong };
}

function fromCommand(command: string, surroundings: JumpSurroundings, depth: number): Jumps {
  const split = shellWords(command);
  const words = split.kind === "words" ? split.words.map((word) => word.text) : [];
  const [program = "", ...rest] = words[0] === "exec" ? words.slice(1) : words;
  const isSsh = /(?:^|\/)ssh$/.test(program) && /-W ?\[?%h\]?:%p/.test(command);
  const read = isSsh ? readSshWords(rest) : undefined;
  const { destination } = read?.options ?? {};
  if (read === undefined || destination === undefined || read.wrong.length > 0) {
    return wrong(
      `the ProxyCommand cannot be followed: ${command}`,
      "Use ProxyJump, or a ProxyCommand of the form `ssh -W %h:%p HOST`.",
    );
  }
  const own = follow(
    { proxyJump: read.options.proxyJump, proxyCommand: read.options.proxyCommand },
    surroundings,
    depth + 1,
  );
  const last = hop(destination, surroundings, depth, read.options);
  return { hops: [...own.hops, ...last.hops], wrong: [...own.wrong, ...last.wrong] };
}

const NONE: SshOptions = { identities: [] };

function unique(paths: readonly string[]): readonly string[] {
  return [...new Set(paths)];
}

function wrong(summary: string, hint: string): Jumps {
  return { hops: [], wrong: [{ summary, hint }] };
}
