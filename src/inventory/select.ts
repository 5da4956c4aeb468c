import { decodeUtf8 } from "../lib/utf8.ts";
import { didYouMean } from "../lib/did-you-mean.ts";
import { hasErrors, type Diagnostic, type Outcome } from "../model/diagnostic.ts";
import { hostId, type HostId } from "../model/ids.ts";
import type { Inventory } from "../model/inventory.ts";
import { parseAddress } from "./address.ts";
import type { InventoryFiles } from "./files.ts";
import { LOCALHOST } from "./finish.ts";

/**
 * The hosts that a pattern names and `--limit` leaves, in the order of the pattern. A part that matches nothing is a
 * warning; when no host is left, that is an error. A limit of the form `@file` must have been read by `expandLimit`.
 */
export function selectHosts(
  inventory: Inventory,
  pattern: string | readonly string[],
  limit?: readonly string[],
): Outcome<readonly HostId[]> {
  const selection = new Selection(inventory);
  const parts = typeof pattern === "string" ? splitPattern(pattern) : pattern.flatMap(splitPattern);
  let hosts = selection.evaluate(parts);
  if (limit !== undefined && limit.length > 0) {
    const allowed = new Set(selection.evaluate(limit));
    hosts = hosts.filter((host) => allowed.has(host));
  }
  const { problems } = selection;
  if (hosts.length > 0 && !hasErrors(problems)) return { value: hosts, problems };
  if (hasErrors(problems)) return { problems };
  const limited =
    limit === undefined || limit.length === 0 ? "" : ` with the limit ${limit.join(",")}`;
  problems.push({
    code: "inventory/no-hosts",
    severity: "error",
    summary: `no host matches ${parts.join(",")}${limited}`,
    hint: "`runbook inventory --graph` shows all groups and hosts.",
  });
  return { problems };
}

/**
 * The parts of a `--limit`, with those of `@file` read from the file: one part a line, no comments. A limit without
 * parts, an empty file included, is no limit.
 */
export async function expandLimit(
  limit: string,
  files: InventoryFiles,
): Promise<Outcome<readonly string[]>> {
  const parts: string[] = [];
  const problems: Diagnostic[] = [];
  for (const part of splitPattern(limit)) {
    if (!part.startsWith("@")) {
      parts.push(part);
      continue;
    }
    const path = part.slice(1);
    const found = await files.read(path);
    if (found.kind !== "bytes") {
      const reason = found.kind === "absent" ? "does not exist" : found.reason;
      problems.push({
        code: "inventory/limit-file",
        severity: "error",
        summary: `limit file ${path}: ${reason}`,
      });
      continue;
    }
    const text = decodeUtf8(found.bytes, path);
    problems.push(...text.problems);
    const lines = (text.value ?? "").split(/\r\n|\r|\n/).map((line) => line.trim());
    parts.push(...lines.filter((line) => line !== ""));
  }
  return hasErrors(problems) ? { problems } : { value: parts, problems };
}

/** With a comma anywhere, only commas separate; else colons do, outside of brackets. */
export function splitPattern(pattern: string): readonly string[] {
  const parts = pattern.includes(",")
    ? pattern.split(",")
    : isOneAddress(pattern)
      ? [pattern]
      : (pattern.match(/(?:[^\s:[\]]|\[[^\]]*\])+/g) ?? []);
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** `2001:db8::1`, `h1:22`: the colon belongs to the name. */
function isOneAddress(pattern: string): boolean {
  const ipv6 = /^[0-9a-fA-F]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(pattern);
  return (ipv6 && /\d|::/.test(pattern)) || parseAddress(pattern).port !== undefined;
}

interface Slice {
  readonly base: string;
  readonly take: (hosts: readonly HostId[]) => readonly HostId[];
}

class Selection {
  readonly problems: Diagnostic[] = [];
  private readonly inventory: Inventory;

  constructor(inventory: Inventory) {
    this.inventory = inventory;
  }

  /** First what is named, then the intersections, then the exclusions, wherever they stand. */
  evaluate(parts: readonly string[]): readonly HostId[] {
    const intersections = parts.filter((part) => part.startsWith("&"));
    const exclusions = parts.filter((part) => part.startsWith("!"));
    const named = parts.filter((part) => !/^[&!]/.test(part));
    const first = named.length === 0 ? ["all"] : named;
    let hosts = [...new Set(first.flatMap((part) => this.plainHost(part) ?? this.matches(part)))];
    for (const part of intersections) {
      const kept = new Set(this.matches(part.slice(1)));
      hosts = hosts.filter((host) => kept.has(host));
    }
    for (const part of exclusions) {
      const dropped = new Set(this.matches(part.slice(1)));
      hosts = hosts.filter((host) => !dropped.has(host));
    }
    return hosts;
  }

  /** A name that a host has means the host, even when a group has it too. */
  private plainHost(part: string): readonly HostId[] | undefined {
    const host = this.inventory.host(part);
    return host === undefined || !this.inventory.named.includes(host.name)
      ? undefined
      : [host.name];
  }

  private matches(part: string): readonly HostId[] {
    if (part === "") {
      this.wrong("pattern", "a ! or & without a name behind it", "Write them before a name: !web.");
      return [];
    }
    const slice = this.sliceOf(part);
    if (slice === undefined) return this.named(part);
    return slice.take(this.named(slice.base));
  }

  /** `web[0]`, `web[-1]`, `web[1:2]`, `web[1:]`; both ends are included. */
  private sliceOf(part: string): Slice | undefined {
    if (part.startsWith("~")) return undefined;
    const single = /^(.+)\[(-?\d+)\]$/.exec(part);
    if (single?.[1] !== undefined) {
      const index = Number(single[2]);
      return { base: single[1], take: (hosts) => this.one(part, hosts, index) };
    }
    const several = /^(.+)\[(\d+)([:-])(\d*)\]$/.exec(part);
    if (several?.[1] === undefined) return undefined;
    const [, base, start, separator, end] = several;
    if (separator === "-") {
      this.warn(
        "slice",
        `${part}: a slice is written with a colon`,
        `Write ${base}[${start ?? ""}:${end ?? ""}].`,
      );
    }
    // As in Ansible, an end of 0 is none: only the first of the slice is taken.
    if (end !== "" && Number(end) === 0) {
      return { base, take: (hosts) => this.one(part, hosts, Number(start)) };
    }
    const behind = end === undefined || end === "" ? undefined : Number(end) + 1;
    return { base, take: (hosts) => hosts.slice(Number(start), behind) };
  }

  /** Of no hosts at all, every element is none; of some, one that is not there is an error, as in Ansible. */
  private one(part: string, hosts: readonly HostId[], index: number): readonly HostId[] {
    const host = hosts.at(index);
    if (host !== undefined) return [host];
    if (hosts.length > 0) {
      const count = hosts.length === 1 ? "one host" : `${String(hosts.length)} hosts`;
      this.wrong("slice", `${part}: there is no such element, only ${count}`, "The first is [0].");
    }
    return [];
  }

  private named(name: string): readonly HostId[] {
    const matcher = this.matcher(name);
    if (matcher === undefined) return [];
    const groups = [...this.inventory.groups.values()].filter((group) => matcher(group.name));
    const found = groups.flatMap((group) => group.hosts);
    const mayBeHosts = groups.length === 0 || /^~|[.?*[]/.test(name);
    const hosts = mayBeHosts ? this.inventory.hosts.map((host) => host.name).filter(matcher) : [];
    const inOrder = [...new Set([...found, ...inWrittenOrder(hosts, this.inventory)])];
    if (inOrder.length > 0 || groups.length > 0) return inOrder;
    // Any of its names means the one that the inventory has, if it has one.
    if (LOCALHOST.includes(name)) {
      return [this.inventory.named.find((host) => LOCALHOST.includes(host)) ?? hostId(name)];
    }
    this.unmatched(name);
    return [];
  }

  private matcher(name: string): ((candidate: string) => boolean) | undefined {
    if (!name.startsWith("~")) {
      const glob = globExpression(name);
      return (candidate) => glob?.test(candidate) ?? false;
    }
    try {
      const expression = new RegExp(`^(?:${fromPython(name.slice(1))})`);
      return (candidate) => expression.test(candidate);
    } catch {
      this.problems.push({
        code: "inventory/pattern",
        severity: "error",
        summary: `${name} is not a regular expression`,
        hint: "What stands behind the ~ must be one, as in ~web[0-9]+",
      });
      return undefined;
    }
  }

  private unmatched(name: string): void {
    const { groups, hosts } = this.inventory;
    const near = didYouMean(name, [...groups.keys(), ...hosts.map((host) => host.name)]);
    const hint = /[,:]/.test(name)
      ? "Where a comma separates, colons do not."
      : near === undefined
        ? "`runbook inventory --graph` shows all groups and hosts."
        : `Did you mean ${near}?`;
    this.warn("unmatched", `${name} matches no group and no host`, hint);
  }

  private wrong(word: string, summary: string, hint: string): void {
    if (this.problems.some((problem) => problem.summary === summary)) return;
    this.problems.push({ code: `inventory/${word}`, severity: "error", summary, hint });
  }

  private warn(word: string, summary: string, hint: string): void {
    if (this.problems.some((problem) => problem.summary === summary)) return;
    this.problems.push({ code: `inventory/${word}`, severity: "warning", summary, hint });
  }
}

/** Hosts matched by name come in the order in which the inventory names them first. */
function inWrittenOrder(hosts: readonly HostId[], inventory: Inventory): readonly HostId[] {
  const wanted = new Set(hosts);
  return inventory.named.filter((host) => wanted.has(host));
}

/** `*`, `?` and `[seq]`, as in a shell; nothing for a set that cannot match, such as `[9-0]`. */
function globExpression(glob: string): RegExp | undefined {
  let source = "";
  for (let at = 0; at < glob.length; at++) {
    const character = glob.charAt(at);
    const end = character === "[" ? glob.indexOf("]", at + 2) : -1;
    if (character === "*") source += ".*";
    else if (character === "?") source += ".";
    else if (end > 0) {
      source += setExpression(glob.slice(at + 1, end));
      at = end;
    } else source += character.replace(/[\\^$.|+()[\]{}/]/, "\\$&");
  }
  try {
    return new RegExp(`^${source}$`, "s");
  } catch {
    return undefined;
  }
}

/** `[seq]`, `[!seq]`: a range that runs backwards holds nothing, and the rest of the set still counts. */
function setExpression(set: string): string {
  const not = set.startsWith("!");
  const characters = [...(not ? set.slice(1) : set)];
  let source = "";
  for (let at = 0; at < characters.length; at++) {
    const [first = "", dash, last] = characters.slice(at, at + 3);
    if (dash !== "-" || last === undefined) {
      source += inSet(first);
      continue;
    }
    if (first <= last) source += `${inSet(first)}-${inSet(last)}`;
    at += 2;
  }
  return `[${not ? "^" : ""}${source}]`;
}

function inSet(character: string): string {
  return /[\\\]^[-]/.test(character) ? `\\${character}` : character;
}

/** What Python writes otherwise than JavaScript. */
function fromPython(expression: string): string {
  return expression
    .replaceAll("(?P<", "(?<")
    .replaceAll(/\(\?P=(\w+)\)/g, "\\k<$1>")
    .replaceAll("\\A", "^")
    .replaceAll("\\Z", "$");
}
