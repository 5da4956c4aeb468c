/** Ansible's names for what os-release calls by ID, with the family each belongs to. */
const KNOWN: Readonly<Record<string, readonly [name: string, family: string]>> = {
  debian: ["Debian", "Debian"],
  ubuntu: ["Ubuntu", "Debian"],
  raspbian: ["Debian", "Debian"],
  kali: ["Kali", "Debian"],
  linuxmint: ["Linux Mint", "Debian"],
  devuan: ["Devuan", "Debian"],
  rhel: ["RedHat", "RedHat"],
  centos: ["CentOS", "RedHat"],
  fedora: ["Fedora", "RedHat"],
  almalinux: ["AlmaLinux", "RedHat"],
  rocky: ["Rocky", "RedHat"],
  amzn: ["Amazon", "RedHat"],
  ol: ["OracleLinux", "RedHat"],
  sles: ["SLES", "Suse"],
  "opensuse-leap": ["openSUSE Leap", "Suse"],
  "opensuse-tumbleweed": ["openSUSE Tumbleweed", "Suse"],
  alpine: ["Alpine", "Alpine"],
  arch: ["Archlinux", "Archlinux"],
  gentoo: ["Gentoo", "Gentoo"],
};

const FAMILIES: Readonly<Record<string, string>> = {
  debian: "Debian",
  ubuntu: "Debian",
  rhel: "RedHat",
  fedora: "RedHat",
  suse: "Suse",
  arch: "Archlinux",
};

export type DistributionFacts = {
  readonly distribution: string;
  readonly distribution_version: string;
  readonly distribution_major_version: string;
  readonly distribution_release: string;
  readonly os_family: string;
};

export interface ReleaseFiles {
  readonly osRelease: string;
  readonly debianVersion: string;
  readonly alpineRelease: string;
}

export function distributionFacts(files: ReleaseFiles): DistributionFacts {
  const release = assignments(files.osRelease);
  const id = release.get("ID") ?? "";
  const like = (release.get("ID_LIKE") ?? "").split(" ");
  const known = KNOWN[id];
  const family = known?.[1] ?? like.map((one) => FAMILIES[one]).find((one) => one !== undefined);
  const version = versionOf(id, release, files);
  return {
    distribution: known?.[0] ?? release.get("NAME") ?? "NA",
    distribution_version: version,
    distribution_major_version: version.split(".")[0] ?? "NA",
    distribution_release: codename(release),
    os_family: family ?? known?.[0] ?? release.get("NAME") ?? "NA",
  };
}

/** Debian names point releases in a file of its own only; one that is not released yet has no number there. */
function versionOf(id: string, release: ReadonlyMap<string, string>, files: ReleaseFiles): string {
  const named = release.get("VERSION_ID") ?? "NA";
  const debian = files.debianVersion.trim();
  if (id === "debian" && /^\d+(\.\d+)*$/.test(debian)) return debian;
  if (id === "alpine") return files.alpineRelease.trim() || named;
  return named;
}

function codename(release: ReadonlyMap<string, string>): string {
  const named = release.get("VERSION_CODENAME") ?? release.get("UBUNTU_CODENAME");
  if (named !== undefined && named !== "") return named;
  return /\((.+)\)/.exec(release.get("VERSION") ?? "")?.[1] ?? "NA";
}

/** `KEY=value` lines as a shell would read them. */
function assignments(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map(([, key = "", value = ""]) => [
      key,
      value
        .trim()
        .replace(/^(["'])(.*)\1$/, "$2")
        .replaceAll(/\\([\\$"`])/g, "$1"),
    ]),
  );
}
