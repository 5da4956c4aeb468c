import { existsSync, readFileSync } from "node:fs";
import { writeOwned } from "./ownership.ts";
import {
  debName,
  debOf,
  install,
  offered,
  RELEASES,
  resolve,
  sha256Of,
  type PackageHost,
  type Release,
  type Wanted,
} from "./packages.ts";
import type { Asked, Program, Said } from "./program.ts";

/** Where packages come from. */
export interface Repository {
  isAway: boolean;
}

const SITE = "http://packages.simulated";
const CACHE = "/var/cache/apt/archives";
const failed = (why: string): Said => ({ code: 100, err: `E: ${why}\n` });

export function aptGet(host: PackageHost, repository: Repository): Program {
  return (asked) => {
    const { verb, flags, rest } = wordsIn(asked.words);
    switch (verb) {
      case "update":
        return repository.isAway
          ? { code: 0, err: `W: Failed to fetch ${SITE}/auth-51/InRelease  Could not connect\n` }
          : { out: "Reading package lists...\n" };
      case "download":
        return download(host, repository, {
          words: rest,
          folder: asked.path(asked.environment.get("PWD") ?? "/"),
        });
      case "install":
        return installWords(host, repository, asked, { flags, rest });
      case "remove":
        return remove(host, { flags, rest });
      default:
        return failed(`Invalid operation ${verb} (this apt-get is simulated)`);
    }
  };
}

function installWords(
  host: PackageHost,
  repository: Repository,
  asked: Asked,
  { flags, rest }: { flags: ReadonlySet<string>; rest: readonly string[] },
): Said {
  if (host.isInterrupted && !flags.has("-s") && !flags.has("--print-uris")) {
    return failed(
      "dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.",
    );
  }
  const files = rest.filter((word) => word.startsWith("/"));
  const local = files.flatMap((file) => releaseIn(asked.path(file)) ?? []);
  const plan = resolve(
    host,
    rest.filter((word) => !word.startsWith("/")),
    local,
  );
  if (plan.kind === "impossible") return failed(plan.why);
  if (plan.isDowngrade && !flags.has("--allow-downgrades")) {
    return failed("Packages were downgraded and -y was used without --allow-downgrades.");
  }
  if (plan.changesHeld && !flags.has("--allow-change-held-packages")) {
    return failed(
      "Held packages were changed and -y was used without --allow-change-held-packages.",
    );
  }
  const changed = plan.wanted.filter((one) => flags.has("--reinstall") || !isPut(host, one));
  if (flags.has("-s")) return { out: simulated(host, changed) };
  const missing = changed.filter(
    (one) =>
      !local.some((file) => file.package === one.package) &&
      !existsSync(asked.path(`${CACHE}/${debName(one)}`)),
  );
  if (flags.has("--print-uris")) {
    return {
      out: missing
        .map((one) => `'${SITE}/${debName(one)}' ${debName(one)} 1000 SHA256:0\n`)
        .join(""),
    };
  }
  const fetched = download(host, repository, {
    words: missing.map((one) => `${one.package}=${one.version}`),
    folder: asked.path(CACHE),
  });
  if (fetched.code !== undefined || flags.has("--download-only") || changed.length === 0)
    return fetched;
  const named = new Set(rest.map((word) => word.split("=")[0] ?? ""));
  return install(host, changed, {
    keepsConfiguration: flags.has("--force-confold") || flags.has("--force-confdef"),
    automatic: new Set(changed.map((one) => one.package).filter((name) => !named.has(name))),
  });
}

function isPut({ installed }: PackageHost, wanted: Wanted): boolean {
  const known = installed.get(wanted.package);
  return known?.version === wanted.version && known.status === "installed";
}

function simulated(host: PackageHost, changed: readonly Wanted[]): string {
  const puts = changed.map(({ package: name, version }) => {
    const before = host.installed.get(name);
    return `Inst ${name} ${before === undefined ? "" : `[${before.version}] `}(${version} simulated [amd64])\n`;
  });
  const sets = changed.map(
    ({ package: name, version }) => `Conf ${name} (${version} simulated [amd64])\n`,
  );
  return `Reading package lists...\nBuilding dependency tree...\n${puts.join("")}${sets.join("")}`;
}

function download(
  host: PackageHost,
  repository: Repository,
  of: { words: readonly string[]; folder: string },
): Said {
  for (const word of of.words) {
    const [name = "", version] = word.split("=");
    const release = offered(host, name).find(
      (one) => version === undefined || one.version === version,
    );
    if (release === undefined)
      return failed(`Can't find a source to download version '${version ?? ""}' of '${name}'`);
    if (repository.isAway)
      return failed(`Failed to fetch ${SITE}/${debName(release)}  Could not connect`);
    writeOwned(`${of.folder}/${debName(release)}`, debOf(release));
  }
  return {};
}

function remove(
  host: PackageHost,
  { flags, rest }: { flags: ReadonlySet<string>; rest: readonly string[] },
): Said {
  const gone = new Set(rest.filter((name) => host.installed.has(name)));
  if (gone.has("pdns-server") && host.installed.has("pdns-backend-lmdb"))
    gone.add("pdns-backend-lmdb");
  if (flags.has("-s"))
    return {
      out: [...gone]
        .map((name) => `Remv ${name} [${host.installed.get(name)?.version}]\n`)
        .join(""),
    };
  if (gone.has("pdns-server")) host.stopServer();
  for (const name of gone) host.installed.delete(name);
  return {};
}

/** What a package file says of itself. */
export function releaseIn(path: string): Release | undefined {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, "utf8");
  return RELEASES.find((one) => debOf(one) === text);
}

export function aptCache(host: PackageHost): Program {
  return ({ words }) => {
    const [verb = "", ...names] = words;
    if (verb === "policy" && names.length === 0) {
      const lists = host.suites.map((suite) => ` 500 ${SITE} ${suite}/ Packages\n`);
      return {
        out: `Package files:\n 100 /var/lib/dpkg/status\n${lists.join("")}Pinned packages:\n`,
      };
    }
    if (verb === "policy") return { out: names.map((name) => policyOf(host, name)).join("") };
    if (verb !== "show") return failed(`Invalid operation ${verb} (this apt-cache is simulated)`);
    const records = names.flatMap((word) => {
      const [name = "", version] = word.split("=");
      return offered(host, name).filter((one) => version === undefined || one.version === version);
    });
    if (records.length === 0) return failed("No packages found");
    return { out: records.map((one) => `${recordOf(one)}\n`).join("") };
  };
}

function policyOf(host: PackageHost, name: string): string {
  const known = offered(host, name);
  const installed = host.installed.get(name);
  const versions = known.map(({ version, suite }) => ({
    version,
    sources: [`        500 ${SITE} ${suite}/ Packages\n`],
  }));
  if (installed !== undefined && !versions.some(({ version }) => version === installed.version)) {
    versions.push({ version: installed.version, sources: [] });
  }
  if (versions.length === 0) return "";
  const table = versions.map(({ version, sources }) => {
    const isHere = version === installed?.version;
    const status = isHere ? "        100 /var/lib/dpkg/status\n" : "";
    return ` ${isHere ? "***" : "   "} ${version} ${sources.length > 0 ? 500 : 100}\n${sources.join("")}${status}`;
  });
  return `${name}:\n  Installed: ${installed?.version ?? "(none)"}\n  Candidate: ${known[0]?.version ?? installed?.version ?? "(none)"}\n  Version table:\n${table.join("")}`;
}

function recordOf(release: Release): string {
  const text = debOf(release);
  return `${text.replace(/^Description.*\n/m, "")}Filename: ${release.suite}/${debName(release)}\nSHA256: ${sha256Of(text)}\n`;
}

export function aptMark(host: PackageHost): Program {
  return ({ words }) => {
    const [verb = "", ...names] = words.filter((word) => !word.startsWith("-"));
    const known = [...host.installed].filter(
      ([name]) => names.length === 0 || names.includes(name),
    );
    const listed = (which: (one: { isHeld: boolean; isAutomatic: boolean }) => boolean): Said => ({
      out: known
        .filter(([, one]) => which(one))
        .map(([name]) => `${name}\n`)
        .join(""),
    });
    const set = (change: { isHeld?: boolean; isAutomatic?: boolean }): Said => {
      for (const [name, one] of known)
        if (names.includes(name)) host.installed.set(name, { ...one, ...change });
      return {};
    };
    switch (verb) {
      case "showauto":
        return listed((one) => one.isAutomatic);
      case "showhold":
        return listed((one) => one.isHeld);
      case "hold":
        return set({ isHeld: true });
      case "unhold":
        return set({ isHeld: false });
      case "auto":
        return set({ isAutomatic: true });
      case "manual":
        return set({ isAutomatic: false });
      default:
        return failed(`Invalid operation ${verb}`);
    }
  };
}

/** Options of dpkg that are handed on count as flags by themselves. */
function wordsIn(words: readonly string[]) {
  const flags = new Set<string>();
  const rest: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "-o") flags.add((words[++at] ?? "").replace(/^Dpkg::Options::=/, ""));
    else if (word.startsWith("-")) flags.add(word === "--simulate" ? "-s" : word);
    else rest.push(word);
  }
  const [verb = "", ...others] = rest;
  return { verb, flags, rest: others };
}
