/** A version of a package that a configured source offers. */
export interface Offer {
  readonly package: string;
  readonly version: string;
  readonly source: string;
  readonly sourceVersion: string;
  readonly sha256?: string;
}

/** What `apt-cache policy` says of one package. */
export interface Policy {
  readonly package: string;
  /** What apt would install by itself, pins and priorities counted. */
  readonly candidate?: string;
  readonly versions: readonly {
    readonly version: string;
    /** The sources that offer it, as apt names them; empty for one that is only installed. */
    readonly sources: readonly string[];
  }[];
}

export function parsePolicy(text: string): readonly Policy[] {
  const policies: {
    package: string;
    candidate?: string;
    versions: { version: string; sources: string[] }[];
  }[] = [];
  for (const line of text.split("\n")) {
    const current = policies.at(-1);
    const name = /^(\S+):$/.exec(line)?.[1];
    const candidate = /^  Candidate: (\S+)$/.exec(line)?.[1];
    const version = /^ (?:\*\*\*|   ) (\S+) -?\d+(?: .*)?$/.exec(line)?.[1];
    const source = /^ +-?\d+ (\S.*)$/.exec(line)?.[1];
    if (name !== undefined) policies.push({ package: name, versions: [] });
    else if (current === undefined) continue;
    else if (candidate !== undefined && candidate !== "(none)") current.candidate = candidate;
    else if (version !== undefined) current.versions.push({ version, sources: [] });
    else if (source !== undefined && !source.startsWith("/var/lib/dpkg/status")) {
      current.versions.at(-1)?.sources.push(source);
    }
  }
  return policies;
}

/** `apt-cache show`, cut down to its identifying fields. Records without a file name are only what dpkg has installed. */
export function parseShow(text: string): readonly Offer[] {
  return text.split(/\n\s*\n/).flatMap((record) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(record)?.[1];
    const name = field("Package");
    const version = field("Version");
    if (name === undefined || version === undefined || field("Filename") === undefined) return [];
    const [, source = name, inBrackets] =
      /^(\S+)(?: \((.*)\))?$/.exec(field("Source") ?? name) ?? [];
    const sha256 = field("SHA256");
    return [
      {
        package: name,
        version,
        source,
        sourceVersion: inBrackets ?? version,
        ...(sha256 === undefined ? {} : { sha256 }),
      },
    ];
  });
}
