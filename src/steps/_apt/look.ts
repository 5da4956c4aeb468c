import { rawShell, sh, type Command } from "../../model/command.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import {
  DPKG_FORMAT,
  isOnHold,
  isPresent,
  parseAudit,
  parseDpkg,
  type AuditFinding,
  type DpkgEntry,
} from "./dpkg.ts";
import { parsePolicy, parseShow, type Offer, type Policy } from "./offers.ts";
import { parseSimulation, parseUris, type Simulation } from "./simulation.ts";
import { debNamed, parseKept, STORE, type KeptDeb } from "./store.ts";

/** Everything that one read tells about some packages of a host. */
export interface AptLook {
  readonly root: boolean;
  readonly entries: ReadonlyMap<string, DpkgEntry>;
  /** What is wrong with any package of the host. */
  readonly audit: readonly AuditFinding[];
  readonly onHold: ReadonlySet<string>;
  readonly automatic: ReadonlySet<string>;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly offers: readonly Offer[];
  readonly kept: readonly KeptDeb[];
  /** In apt's cache of downloads, which any cleaning may empty. */
  readonly cached: readonly { readonly package: string; readonly version: string }[];
  /** Holds that a transaction of ours lifted and has not put back. */
  readonly liftedHolds: readonly string[];
  /** Seconds since apt's lists were last refreshed. */
  readonly listsAge: number;
  readonly sources: readonly string[];
  /** The file of `source:`, when it was asked for. */
  readonly sourceFile?: string;
  /** Of a preview: its folder, and what went wrong while its lists were fetched. */
  readonly preview?: { readonly folder: string; readonly said: readonly string[] };
  /** Files that apt would have to fetch over a network for the targets; empty where nobody asked. */
  readonly missing: readonly string[];
  /** Present when targets were given. */
  readonly simulation?: SimulationAnswer;
}

export type SimulationAnswer =
  | { readonly kind: "possible"; readonly plan: Simulation }
  | { readonly kind: "impossible"; readonly said: readonly string[] };

export type PackagesLook =
  | { readonly kind: "apt"; readonly look: AptLook }
  | { readonly kind: "no-apt"; readonly system: string };

export interface LookOptions {
  /** Words of `apt-get install` to try out, `name=version`. */
  readonly simulate?: readonly string[];
  /** Also say what would have to be fetched for it over a network. */
  readonly uris?: boolean;
  /** Whether packages on hold may change in it. */
  readonly allowHeld?: boolean;
  /** Try out to remove the packages. */
  readonly remove?: true;
  /** A file below sources.list.d to read. */
  readonly sourceFile?: string;
  /** Shell lines around the look: a preview with lists of its own. */
  readonly first?: Command;
  readonly last?: Command;
}

/** The functions of the look, for scripts that look again at their end. */
export function lookFunctions(names: readonly string[]): Command {
  return sh`rb_show() {
  printf '== uid\n%s\n== dpkg\n' "$(id -u)"
  dpkg-query -W -f ${DPKG_FORMAT} -- ${names} 2>/dev/null
  echo '== audit'
  dpkg --audit 2>&1
  echo '== auto'
  apt-mark showauto ${names} 2>/dev/null
  printf '== lifted\n%s\n' "$(cat ${`${STORE}/lifted-holds`} 2>/dev/null)"
}`;
}

/** One read. Nothing in it takes a lock, so it works while another apt is at work. */
export function lookAtPackages(names: readonly string[], options: LookOptions = {}): Command {
  const simulate = options.simulate ?? [];
  return sh`( # look at packages
if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  printf 'no-apt:%s\n' "$(sed -n 's/^ID=//p' /etc/os-release 2>/dev/null)"
else
${options.first ?? rawShell(":")}
${lookFunctions(names)}
rb_show
echo '== policy'
apt-cache policy ${names} 2>/dev/null
echo '== show'
apt-cache show ${names} 2>/dev/null | grep -E '^(Package|Version|Source|SHA256|Filename):|^$'
echo '== kept'
for name in ${names}; do
  for deb in ${STORE}/"$name"_*.deb; do
    [ ! -f "$deb.sha256" ] || ( cd ${STORE} && sha256sum --check --status -- "$deb.sha256" 2>/dev/null &&
      printf '%s  %s\n' "$(cut -d' ' -f1 "$deb.sha256")" "$deb" )
  done
done
echo '== cached'
for name in ${names}; do ls /var/cache/apt/archives/"$name"_*.deb 2>/dev/null; done
printf '== age\n%s %s\n' "$(date +%s)" "$(stat -c %Y /var/lib/apt/periodic/update-success-stamp /var/lib/apt/lists 2>/dev/null | sort -n | tail -1)"
echo '== sources'
apt-cache policy 2>/dev/null | sed -n 's/^ *-\\{0,1\\}[0-9]* \\(.*\\) Packages$/\\1/p'
${options.sourceFile === undefined ? rawShell(":") : sourceFileLines(options.sourceFile)}
${simulate.length === 0 ? rawShell(":") : simulationLines(["install", ...simulate], options)}
${options.remove === undefined ? rawShell(":") : simulationLines(["remove", ...names], options)}
${options.last ?? rawShell(":")}
fi
)`;
}

function sourceFileLines(path: string): Command {
  return sh`[ ! -e ${path} ] || { echo '== source-file'; cat -- ${path}; printf '\n== end\n'; }`;
}

function simulationLines(words: readonly string[], { allowHeld, uris }: LookOptions): Command {
  const held = allowHeld === true ? ["--allow-change-held-packages"] : [];
  return sh`echo '== simulation'
apt-get -s -q -y --allow-downgrades ${held} ${words} 2>&1 </dev/null
printf 'rc:%s\n' "$?"
${uris === true ? sh`echo '== uris'; apt-get -q -y --print-uris --allow-downgrades ${held} ${words} 2>/dev/null </dev/null` : rawShell(":")}`;
}

export function parseLook(out: string): PackagesLook {
  const none = /^no-apt:(.*)$/m.exec(out);
  if (none !== null) return { kind: "no-apt", system: (none[1] ?? "").replaceAll('"', "") };
  const look = parseSections(out);
  const folder = /^== preview\n(.+)$/m.exec(out)?.[1];
  if (folder === undefined) return { kind: "apt", look };
  const refresh = /^== refresh\n([\s\S]*?)^== uid$/m.exec(out)?.[1] ?? "";
  const said = refresh.split("\n").filter((line) => line !== "");
  return { kind: "apt", look: { ...look, preview: { folder, said } } };
}

/** The shorter look at a script's end, after all that the script said: what is not in it is empty. */
export function parseSections(all: string): AptLook {
  const out = all.slice(Math.max(0, all.lastIndexOf("== uid\n")));
  const sections = new Map<string, string>();
  for (const part of out.split(/^== /m).slice(1)) {
    const end = part.indexOf("\n");
    sections.set(part.slice(0, end), part.slice(end + 1));
  }
  const section = (name: string) => sections.get(name) ?? "";
  const words = (name: string) =>
    section(name)
      .split(/\s+/)
      .filter((word) => word !== "");
  const entries = preferred(parseDpkg(section("dpkg")));
  const [now = 0, refreshed = 0] = words("age").map(Number);
  const sourceFile = sections.get("source-file");
  const simulated = sections.get("simulation");
  return {
    root: words("uid")[0] === "0",
    entries,
    audit: parseAudit(section("audit")),
    onHold: new Set([...entries.values()].filter(isOnHold).map((entry) => entry.package)),
    automatic: new Set(words("auto")),
    policies: new Map(parsePolicy(section("policy")).map((one) => [one.package, one])),
    offers: parseShow(section("show")),
    kept: parseKept(section("kept")),
    cached: words("cached").flatMap((path) => debNamed(path) ?? []),
    liftedHolds: words("lifted"),
    listsAge: Math.max(0, now - refreshed),
    missing: parseUris(section("uris")),
    sources: [
      ...new Set(
        section("sources")
          .split("\n")
          .filter((line) => line !== ""),
      ),
    ],
    // Exactly its bytes: the newline before the next section is ours.
    ...(sourceFile === undefined ? {} : { sourceFile: sourceFile.replace(/\n$/, "") }),
    ...(simulated === undefined ? {} : { simulation: parseSimulated(simulated) }),
  };
}

/** A package may be there for several architectures: the one that is installed speaks for it. */
function preferred(entries: readonly DpkgEntry[]): ReadonlyMap<string, DpkgEntry> {
  const byName = new Map<string, DpkgEntry>();
  for (const entry of entries) {
    const known = byName.get(entry.package);
    if (known === undefined || (!isPresent(known) && isPresent(entry))) {
      byName.set(entry.package, entry);
    }
  }
  return byName;
}

function parseSimulated(text: string): SimulationAnswer {
  if (/^rc:0$/m.test(text)) return { kind: "possible", plan: parseSimulation(text) };
  const lines = text
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^(rc:|Reading |Building )/.test(line));
  return { kind: "impossible", said: lines.slice(-12) };
}

export function noApt(system: string): Diagnostic {
  const name = system === "" ? "of an unknown kind" : `"${system}"`;
  return {
    code: "step/no-apt",
    severity: "error",
    summary: `the host has no apt and dpkg (its system is ${name})`,
    hint: "package knows Debian and Ubuntu only: use command or shell with an inverse here.",
  };
}
