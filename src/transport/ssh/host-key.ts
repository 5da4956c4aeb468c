import { appendFile, mkdir, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Diagnostic } from "../../model/diagnostic.ts";
import {
  fingerprint,
  judgeKey,
  knownHostsName,
  parseKnownHosts,
  type KnownHost,
  type ShownKey,
} from "./known-hosts.ts";
import type { SshSettings } from "./settings.ts";

/** The name under which a server's key is filed. An alias is used as it is, without the port. */
export function keyName(settings: SshSettings): { host: string; port: number } {
  return settings.hostKeyAlias === undefined
    ? { host: settings.address, port: settings.port }
    : { host: settings.hostKeyAlias, port: 22 };
}

export async function readKnownHosts(files: readonly string[]): Promise<readonly KnownHost[]> {
  const texts = await Promise.all(
    files.map(async (file) => {
      try {
        return await knownIn(file);
      } catch {
        // A file that cannot be read vouches for nobody.
        return [];
      }
    }),
  );
  return texts.flat();
}

/** By path: a thousand connections read one file, which stands still most of the time. */
const parsed = new Map<string, { readonly stamp: string; readonly hosts: readonly KnownHost[] }>();

async function knownIn(file: string): Promise<readonly KnownHost[]> {
  const { ino, size, mtimeNs } = await stat(file, { bigint: true });
  const stamp = `${ino} ${size} ${mtimeNs}`;
  const earlier = parsed.get(file);
  if (earlier?.stamp === stamp) return earlier.hosts;
  const hosts = parseKnownHosts(await readFile(file, "utf8"), file);
  parsed.set(file, { stamp, hosts });
  return hosts;
}

export type HostKeyDecision =
  | { readonly kind: "accept"; readonly note?: string }
  | { readonly kind: "add"; readonly line: string; readonly note: string }
  | { readonly kind: "refuse"; readonly diagnostic: Diagnostic };

/** Pure: what to do about the key that a server shows. */
export function decideHostKey(
  settings: SshSettings,
  known: readonly KnownHost[],
  shown: ShownKey,
): HostKeyDecision {
  const server = keyName(settings);
  const name = knownHostsName(server.host, server.port);
  const print = `${shown.type} ${fingerprint(shown.blob)}`;
  if (settings.hostKeys === "off") {
    return { kind: "accept", note: `host key of ${name} was not checked (${print})` };
  }
  const verdict = judgeKey(known, server, shown);
  switch (verdict.kind) {
    case "known":
      return { kind: "accept" };
    case "revoked":
      return refuse("revoked", `the host key of ${name} is marked as revoked`, {
        hint: "Do not connect before you know why. The key was revoked in the file below.",
        detail: [`shown:   ${print}`, `revoked: ${placeOf(verdict.by)}`],
      });
    case "changed":
      return refuse("changed", `the host key of ${name} has changed`, {
        hint: `Somebody may be in between, or the host was installed anew. When you are sure: ssh-keygen -R '${name}' -f ${verdict.known[0]?.file ?? "known_hosts"}, then connect once with ssh.`,
        detail: [`shown: ${print}`, ...verdict.known.map(knownLine)],
      });
    case "other-types":
      // The server was asked for the known types first, so it has none of them any more.
      return refuse("changed", `${name} shows a host key of another type than the known ones`, {
        hint: `Ask its owner for the fingerprint. When it is right, add the key: ssh-keyscan -p ${settings.port} ${settings.address}`,
        detail: [`shown: ${print}`, ...verdict.known.map(knownLine)],
      });
    case "unknown": {
      if (settings.hostKeys === "accept-new" && settings.knownHosts[0] !== undefined) {
        return {
          kind: "add",
          line: `${name} ${shown.type} ${shown.blob.toString("base64")}\n`,
          note: `added the host key of ${name} (${print}) to ${settings.knownHosts[0]}`,
        };
      }
      const authority = verdict.authorities.map(
        (entry) =>
          `vouched for by a certificate authority only, which this client cannot check: ${placeOf(entry)}`,
      );
      return refuse("unknown", `the host key of ${name} is not known`, {
        hint: `Compare the fingerprint with the host's own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then connect once with ssh, or use ssh-keyscan.`,
        detail: [
          `shown: ${print}`,
          `looked in: ${settings.knownHosts.join(", ") || "no file"}`,
          ...authority,
        ],
      });
    }
  }
}

export async function addKnownHost(file: string, line: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const before = await readFile(file, "utf8").catch(() => "");
  if (before.includes(line)) return;
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  await appendFile(file, gap + line, { mode: 0o600 });
}

function placeOf(entry: KnownHost): string {
  return `${entry.file}:${entry.line}`;
}

function knownLine(entry: KnownHost): string {
  return `known: ${entry.type} ${fingerprint(entry.key)} (${placeOf(entry)})`;
}

function refuse(
  what: "changed" | "revoked" | "unknown",
  summary: string,
  more: { hint: string; detail: readonly string[] },
): HostKeyDecision {
  const code = `transport/host-key-${what}` as const;
  return { kind: "refuse", diagnostic: { code, severity: "error", summary, ...more } };
}
