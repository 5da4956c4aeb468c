/**
 * What is installed on a host, and how a transaction of dpkg goes: the server is stopped when its package is unpacked, an
 * edited configuration file is asked about, and the server is started at the end whether it ran before or not.
 */
import { createHash } from "node:crypto";
import { compareDebianVersions } from "../lib/debian-version.ts";

export interface Release {
  readonly package: string;
  readonly version: string;
  /** Absent: it is its own source. */
  readonly source?: string;
  readonly suite: string;
}

export interface InstalledPackage {
  readonly version: string;
  readonly status: "installed" | "unpacked" | "half-installed";
  readonly isHeld: boolean;
  readonly isAutomatic: boolean;
}

export const OLD_VERSION = "4.9.17-0+deb13u1";
export const NEW_VERSION = "5.1.5-1";
export const SERVER_PACKAGES = ["pdns-backend-lmdb", "pdns-server", "pdns-tools"] as const;
const DEPENDENCY = "libsodium26";

export const RELEASES: readonly Release[] = [
  ...SERVER_PACKAGES.flatMap((name) => [
    { package: name, version: OLD_VERSION, source: "pdns", suite: "auth-49" },
    { package: name, version: NEW_VERSION, source: "pdns", suite: "auth-51" },
  ]),
  { package: DEPENDENCY, version: "1.0.22-2", source: "libsodium", suite: "auth-51" },
];

export function debOf({ package: name, version, source }: Release): string {
  return `Package: ${name}\nSource: ${source ?? name}\nVersion: ${version}\nArchitecture: amd64\nDescription: simulated\n`;
}

export const sha256Of = (text: string): string => createHash("sha256").update(text).digest("hex");

export const debName = ({ package: name, version }: Pick<Release, "package" | "version">): string =>
  `${name}_${version.replaceAll(":", "%3a")}_amd64.deb`;

export interface Wanted {
  readonly package: string;
  readonly version: string;
}

export interface PackageHost {
  readonly installed: Map<string, InstalledPackage>;
  readonly suites: readonly string[];
  /** Dies after this many packages were unpacked, once: a power cut in the middle. */
  interruptAfter: number | undefined;
  /** dpkg was cut, and nobody has repaired it yet: apt does nothing before. */
  isInterrupted: boolean;
  stopServer(): void;
  restartServer(): void;
}

export const offered = ({ suites }: PackageHost, name: string): readonly Release[] =>
  RELEASES.filter((one) => one.package === name && suites.includes(one.suite)).toSorted(
    (one, other) => compareDebianVersions(other.version, one.version),
  );

export type Resolved =
  | {
      readonly kind: "plan";
      readonly wanted: readonly Wanted[];
      readonly isDowngrade: boolean;
      readonly changesHeld: boolean;
    }
  | { readonly kind: "impossible"; readonly why: string };

/** What apt would put in for some `name` and `name=version`; what comes along is first. */
export function resolve(
  host: PackageHost,
  words: readonly string[],
  local: readonly Wanted[],
): Resolved {
  const named: Wanted[] = [...local];
  for (const word of words) {
    const [name = "", asked] = word.split("=");
    const known = offered(host, name);
    const installed = host.installed.get(name);
    const version = asked ?? known[0]?.version ?? installed?.version;
    if (version === undefined)
      return { kind: "impossible", why: `Unable to locate package ${name}` };
    if (version !== installed?.version && !known.some((one) => one.version === version)) {
      return { kind: "impossible", why: `Version '${version}' for '${name}' was not found` };
    }
    named.push({ package: name, version });
  }
  const needs =
    named.some((one) => one.package === "pdns-server" && one.version.startsWith("5.")) &&
    !host.installed.has(DEPENDENCY);
  const [along] = needs ? offered(host, DEPENDENCY) : [];
  if (needs && along === undefined) {
    return {
      kind: "impossible",
      why: "Unable to correct problems, you have held broken packages.",
    };
  }
  const byName = named.toSorted((one, other) => (one.package < other.package ? -1 : 1));
  const wanted = [...(along === undefined ? [] : [along]), ...byName];
  const after = (name: string): string | undefined =>
    wanted.find((one) => one.package === name)?.version ?? host.installed.get(name)?.version;
  const backend = after("pdns-backend-lmdb");
  if (backend !== undefined && backend !== after("pdns-server")) {
    return {
      kind: "impossible",
      why: "Unable to correct problems, you have held broken packages.",
    };
  }
  const changed = wanted.filter((one) => host.installed.get(one.package)?.version !== one.version);
  return {
    kind: "plan",
    wanted,
    isDowngrade: changed.some((one) => {
      const before = host.installed.get(one.package);
      return before !== undefined && compareDebianVersions(one.version, before.version) < 0;
    }),
    changesHeld: changed.some((one) => host.installed.get(one.package)?.isHeld === true),
  };
}

export interface Transaction {
  /** Edited configuration files are kept without a question. */
  readonly keepsConfiguration: boolean;
  readonly automatic: ReadonlySet<string>;
}

export interface Done {
  readonly code: number;
  readonly out: string;
}

/** Unpacks and configures. Exit statuses are dpkg's, and tell as little as those. */
export function install(host: PackageHost, wanted: readonly Wanted[], of: Transaction): Done {
  const out: string[] = [];
  if (wanted.some((one) => one.package === "pdns-server")) host.stopServer();
  let unpacked = 0;
  for (const { package: name, version } of wanted) {
    const before = host.installed.get(name);
    const isCut = host.interruptAfter !== undefined && unpacked >= host.interruptAfter;
    host.installed.set(name, {
      version,
      status: isCut ? "half-installed" : "unpacked",
      isHeld: before?.isHeld ?? false,
      isAutomatic: before?.isAutomatic ?? of.automatic.has(name),
    });
    out.push(
      `Unpacking ${name} (${version})${before === undefined ? "" : ` over (${before.version})`} ...`,
    );
    unpacked += 1;
    if (isCut) {
      host.interruptAfter = undefined;
      host.isInterrupted = true;
      return { code: 137, out: `${out.join("\n")}\n` };
    }
  }
  const asks = wanted.some((one) => one.package === "pdns-server") && !of.keepsConfiguration;
  if (asks) {
    out.push(
      "Configuration file '/etc/powerdns/pdns.conf'",
      "*** pdns.conf (Y/I/N/O/D/Z) [default=N] ? dpkg: error processing package pdns-server (--configure):",
      " end of file on stdin at conffile prompt",
      "E: Sub-process /usr/bin/dpkg returned an error code (1)",
    );
    return { code: 100, out: `${out.join("\n")}\n` };
  }
  const done = configure(host);
  return { code: done.code, out: `${out.join("\n")}\n${done.out}` };
}

/** `dpkg --configure -a`: a package that was cut while it was unpacked cannot be configured. */
export function configure(host: PackageHost): Done {
  host.isInterrupted = false;
  const out: string[] = [];
  let code = 0;
  let touchesServer = false;
  for (const [name, one] of host.installed) {
    if (one.status === "installed") continue;
    const isWhole =
      one.status === "unpacked" && (name === "pdns-server" || !needsServer(host, name));
    if (!isWhole) {
      code = 1;
      out.push(
        `dpkg: error processing package ${name} (--configure):`,
        ` package is in a very bad inconsistent state`,
      );
      continue;
    }
    host.installed.set(name, { ...one, status: "installed" });
    out.push(`Setting up ${name} (${one.version}) ...`);
    touchesServer ||= name === "pdns-server" || name === "pdns-backend-lmdb";
  }
  // The backend's trigger: whether it ran, and whether it can start, does not matter.
  if (touchesServer && code === 0) host.restartServer();
  return { code, out: out.map((line) => `${line}\n`).join("") };
}

function needsServer({ installed }: PackageHost, name: string): boolean {
  return name.startsWith("pdns-") && installed.get("pdns-server")?.status === "half-installed";
}
