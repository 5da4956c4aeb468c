/** One package as dpkg knows it. */
export interface DpkgEntry {
  readonly package: string;
  readonly architecture: string;
  /** dpkg's three letters: what is wanted, what is, what is wrong; `ii ` is well, `hi ` is well and on hold. */
  readonly abbrev: string;
  readonly version: string;
  readonly source: string;
  readonly sourceVersion: string;
}

export const DPKG_FORMAT =
  "${Package}\\t${Architecture}\\t${db:Status-Abbrev}\\t${Version}\\t${source:Package}\\t${source:Version}\\n";

export function parseDpkg(text: string): readonly DpkgEntry[] {
  return text.split("\n").flatMap((line) => {
    const [name, architecture, abbrev, version, source, sourceVersion] = line.split("\t");
    if (name === undefined || abbrev === undefined || version === undefined) return [];
    return [
      {
        package: name,
        architecture: architecture ?? "",
        abbrev,
        version,
        source: source ?? name,
        sourceVersion: sourceVersion ?? version,
      },
    ];
  });
}

/** Unpacked, configured, and nothing wrong with it. */
export function isInstalled(entry: DpkgEntry | undefined): boolean {
  return entry !== undefined && entry.abbrev[1] === "i" && (entry.abbrev[2] ?? " ") === " ";
}

/** At least some files of it are on the disk: installed, or left half way. */
export function isPresent(entry: DpkgEntry | undefined): entry is DpkgEntry {
  const status = entry?.abbrev[1];
  return status !== undefined && status !== "n" && status !== "c";
}

export function isOnHold(entry: DpkgEntry | undefined): boolean {
  return entry?.abbrev[0] === "h";
}

/** A package that `dpkg --audit` names, under the first line of what it says of it. */
export interface AuditFinding {
  readonly package: string;
  readonly problem: string;
}

/**
 * What `dpkg --audit` finds, without packages that only lack their list of checksums: those are old, or made by hand,
 * and neither dpkg nor apt minds.
 */
export function parseAudit(text: string): readonly AuditFinding[] {
  const findings: AuditFinding[] = [];
  let problem = "";
  let listing = false;
  for (const line of text.split("\n")) {
    if (line.startsWith(" ")) {
      listing = true;
      const name = line.trim().split(/\s/)[0] ?? "";
      if (!problem.includes("md5sums")) findings.push({ package: name, problem });
    } else if (line.trim() !== "") {
      problem = listing || problem === "" ? line : `${problem} ${line}`;
      listing = false;
    } else {
      problem = "";
      listing = false;
    }
  }
  return findings;
}
