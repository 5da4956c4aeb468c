import { sh } from "../../model/command.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { JsonObject } from "../../model/json.ts";
import { defineReading, StepProblem, type Sighting, type Verdict } from "../../model/step.ts";
import { matchesDebianVersion } from "../../lib/debian-version.ts";
import { demand } from "../ask.ts";
import { isInstalled, isOnHold, parseAudit, parseDpkg, DPKG_FORMAT } from "../_apt/dpkg.ts";
import { NAME_SCHEMA, namesOf, unusableNames, VERSION_DESCRIPTION } from "../_apt/params.ts";
import { noApt } from "../_apt/look.ts";

interface StateParams {
  readonly name: string | readonly string[];
  readonly version?: string;
  readonly consistent?: boolean;
}

interface PackageSeen extends JsonObject {
  /** Null: not installed. */
  readonly version: string | null;
  readonly status: "installed" | "absent" | "half";
  readonly held: boolean;
  /** The release that it was built with: equal for packages that belong together. */
  readonly release: string | null;
}

interface StateSeen extends JsonObject {
  readonly packages: { readonly [name: string]: PackageSeen };
  /** What is left half way on the whole host. */
  readonly broken: readonly string[];
}

export const step = defineReading<StateParams, StateSeen>({
  name: "package.state",
  summary: "Which versions of packages are installed, and whether they agree",
  description: `Reports version and status of each package. It fails when one of them is not installed, when dpkg left any package of the host half way, when a version is not the one asked for, and, with \`consistent: true\`, when the packages are not of one release on this host or not of the same release on all hosts that are judged together.`,
  params: {
    name: { ...NAME_SCHEMA, required: true },
    version: { type: "string", description: VERSION_DESCRIPTION },
    consistent: {
      type: "boolean",
      default: false,
      description: "Whether all packages must be of one release, here and on the other hosts.",
    },
  },
  examples: [
    {
      title: "No host has a mixture of releases, and all hosts have the same one",
      yaml: "package.state: { name: [pdns-server, pdns-backend-lmdb], consistent: true }",
    },
  ],
  where: "host",
  reads: (params) => namesOf(params.name).map((name) => `package:${name}` as const),

  async observe(host, params) {
    const names = namesOf(params.name);
    const wrong = unusableNames(names, params.version, undefined);
    if (wrong !== undefined) throw new StepProblem("failed", wrong);
    const { out } = await demand(
      host,
      sh`( # look at installed packages
command -v dpkg-query >/dev/null || { printf 'no-apt:%s\n' "$(sed -n 's/^ID=//p' /etc/os-release 2>/dev/null)"; exit 0; }
dpkg-query -W -f ${DPKG_FORMAT} -- ${names} 2>/dev/null
echo '== audit'
dpkg --audit 2>&1
true
)`,
    );
    const none = /^no-apt:(.*)$/m.exec(out);
    if (none !== null) throw new StepProblem("failed", noApt(none[1] ?? ""));
    const [dpkg = "", audit = ""] = out.split(/^== audit$/m);
    return seenIn(names, dpkg, audit);
  },

  judge(sightings, view) {
    const compared = sightings.filter((one) => view.judged.has(one.host));
    const releases = new Map<string, number>();
    for (const sighting of compared) {
      const release = releaseOf(sighting.seen);
      releases.set(release, (releases.get(release) ?? 0) + 1);
    }
    return sightings.map((sighting) => {
      const alone = problemsOf(sighting);
      if (alone.length > 0) return fails(alone);
      if (sighting.params.consistent !== true || releases.size < 2) return { kind: "holds" };
      if (!view.judged.has(sighting.host)) return { kind: "holds" };
      return disagrees(compared);
    });
  },
});

function seenIn(names: readonly string[], dpkg: string, audit: string): StateSeen {
  const entries = parseDpkg(dpkg);
  const packages = names.map((name) => {
    const all = entries.filter((entry) => entry.package === name);
    const entry = all.find((one) => isInstalled(one)) ?? all[0];
    const status =
      entry === undefined || /^.[nc]/.test(entry.abbrev)
        ? "absent"
        : isInstalled(entry)
          ? "installed"
          : "half";
    const one: PackageSeen = {
      version: status === "absent" || entry === undefined ? null : entry.version,
      status,
      held: isOnHold(entry),
      release:
        status === "absent" || entry === undefined
          ? null
          : `${entry.source} ${entry.sourceVersion}`,
    };
    return [name, one] as const;
  });
  return {
    packages: Object.fromEntries(packages),
    broken: parseAudit(audit).map((finding) => `${finding.package}: ${finding.problem}`),
  };
}

function problemsOf({ params, seen }: Sighting<StateParams, StateSeen>): readonly string[] {
  const { version, consistent } = params;
  const single = Object.entries(seen.packages).flatMap(([name, one]) => {
    if (one.status === "absent" || one.version === null) return [`${name} is not installed`];
    if (one.status === "half") return [`${name} ${one.version} is left half way`];
    if (version === undefined || fits(one, version)) return [];
    return [`${name} is ${one.version}, not ${version}`];
  });
  const mixed = consistent === true && single.length === 0 && isMixed(seen);
  return [
    ...single,
    ...seen.broken.map((one) => `dpkg --audit: ${one}`),
    ...(mixed ? [`packages of one source are of different releases: ${releaseOf(seen)}`] : []),
  ];
}

function fits(one: PackageSeen, wanted: string): boolean {
  if (one.version === null) return false;
  return matchesDebianVersion(one.version, wanted) || one.release?.split(" ")[1] === wanted;
}

/** Packages of one source belong together; packages of different sources have nothing to agree on. */
function isMixed(seen: StateSeen): boolean {
  const bySource = new Map<string, Set<string>>();
  for (const { release } of Object.values(seen.packages)) {
    const [source = "", version = ""] = (release ?? "").split(" ");
    bySource.set(source, new Set([...(bySource.get(source) ?? []), version]));
  }
  return [...bySource.values()].some((versions) => versions.size > 1);
}

function releaseOf(seen: StateSeen): string {
  const releases = Object.values(seen.packages).map((one) => one.release ?? "absent");
  return [...new Set(releases)].toSorted().join(", ");
}

function disagrees(compared: readonly Sighting<StateParams, StateSeen>[]): Verdict {
  return {
    kind: "fails",
    final: true,
    diagnostic: {
      code: "step/package-hosts-differ",
      severity: "error",
      summary: "the hosts do not have the same release",
      hint: "Bring them to one release first, or take the odd ones out with --limit.",
      detail: compared.map(({ host, seen }) => `${host}: ${releaseOf(seen)}`),
    },
  };
}

function fails(problems: readonly string[]): Verdict {
  const diagnostic: Diagnostic = {
    code: "step/package-state",
    severity: "error",
    summary: problems.join("; "),
    hint: problems.some((problem) => /half way|--audit/.test(problem))
      ? "dpkg --configure -a, then apt-get -f install, or a package task with the version repairs it."
      : "Install the version that is expected, or expect the one that is there.",
  };
  return { kind: "fails", diagnostic, final: true };
}
