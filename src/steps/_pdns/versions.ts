/** Which LMDB schema a PowerDNS release writes, by its first two numbers; from its documentation of the LMDB backend. */
const SCHEMAS: readonly { readonly from: readonly [number, number]; readonly schema: number }[] = [
  { from: [5, 0], schema: 6 },
  { from: [4, 8], schema: 5 },
  { from: [4, 7], schema: 4 },
  { from: [4, 4], schema: 3 },
  { from: [4, 3], schema: 2 },
  { from: [4, 2], schema: 1 },
];
/** Later releases may have a newer schema that nobody knows here. */
const LAST_KNOWN = [5, 1] as const;

/** The schema that a release upgrades a file to when it starts; undefined where that is not known. */
export function nativeSchema(version: string): number | undefined {
  const numbers = /^(\d+)\.(\d+)/.exec(version);
  if (numbers === null) return undefined;
  const release = [Number(numbers[1]), Number(numbers[2])] as const;
  if (isAfter(release, LAST_KNOWN)) return undefined;
  return SCHEMAS.find(({ from }) => !isAfter(from, release))?.schema;
}

function isAfter(one: readonly [number, number], other: readonly [number, number]): boolean {
  return one[0] > other[0] || (one[0] === other[0] && one[1] > other[1]);
}

/** `5.1.5` in what `pdns_server --version` prints, on standard error and behind a date. */
export function versionIn(said: string): string | undefined {
  return /Authoritative Server ([0-9]\S*)/.exec(said)?.[1];
}

/**
 * Whether a release fits a version as playbooks write it: exact (`5.1.5`), the beginning (`5.1`), with a star
 * (`5.1.*`), or a whole package version (`1:5.1.5-1pdns.trixie`), of which epoch and package revision do not count.
 */
export function fits(version: string, pattern: string): boolean {
  const upstream = pattern.replace(/^\d+:/, "");
  return [upstream, upstream.replace(/-[^-]*$/, "")].some((wanted) => {
    const expression = wanted
      .replaceAll("~", "-")
      .split("*")
      .map((part) => part.replace(/[.+?^${}()|[\]\\-]/g, "\\$&"))
      .join(".*");
    return new RegExp(`^${expression}(?:\\..*)?$`).test(version.replaceAll("~", "-"));
  });
}
