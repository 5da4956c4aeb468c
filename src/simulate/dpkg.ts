import { releaseIn } from "./apt.ts";
import { configure, install, type InstalledPackage, type PackageHost } from "./packages.ts";
import type { Program, Said } from "./program.ts";

export function dpkg(host: PackageHost): Program {
  return ({ words, path }) => {
    const files = words.filter((word) => !word.startsWith("-"));
    const has = (...options: readonly string[]): boolean =>
      options.some((one) => words.includes(one));
    if (has("--print-architecture")) return { out: "amd64\n" };
    if (has("--audit", "-C")) return { out: audit(host) };
    if (has("--configure")) return configure(host);
    if (has("--install", "-i")) {
      const wanted = files.flatMap((file) => releaseIn(path(file)) ?? []);
      return install(host, wanted, {
        keepsConfiguration: has("--force-confold", "--force-confdef"),
        automatic: new Set(),
      });
    }
    return { code: 2, err: "dpkg: error: need an action option (this dpkg is simulated)\n" };
  };
}

/** `dpkg-deb --field FILE FIELD`. */
export const dpkgDeb: Program = ({ words, path }): Said => {
  const [file = "", field] = words.filter((word) => !word.startsWith("-"));
  const release = releaseIn(path(file));
  if (release === undefined)
    return { code: 2, err: `dpkg-deb: error: '${file}' is not a Debian format archive\n` };
  const fields: { readonly [name: string]: string } = {
    Package: release.package,
    Version: release.version,
    Source: release.source ?? release.package,
    Architecture: "amd64",
  };
  return { out: `${fields[field ?? ""] ?? ""}\n` };
};

export function dpkgQuery(host: PackageHost): Program {
  return ({ words }) => {
    const at = words.findIndex((word) => word === "-f" || word === "--showformat");
    const short = words.find((word) => word.startsWith("-f=") || word.startsWith("--showformat="));
    const format =
      at === -1
        ? (short?.replace(/^[^=]*=/, "") ?? "${Package}\t${Version}\n")
        : (words[at + 1] ?? "");
    const names = words.filter((word, index) => !word.startsWith("-") && index !== at + 1);
    const known = [...host.installed].filter(
      ([name]) => names.length === 0 || names.includes(name),
    );
    const missing = names.filter((name) => !host.installed.has(name));
    return {
      code: missing.length > 0 ? 1 : 0,
      out: known
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, one]) => shown(format, name, one))
        .join(""),
      err: missing.map((name) => `dpkg-query: no packages found matching ${name}\n`).join(""),
    };
  };
}

function shown(format: string, name: string, one: InstalledPackage): string {
  const letters = { installed: "i ", unpacked: "U ", "half-installed": "HR" };
  const source = name.startsWith("pdns-") ? "pdns" : name;
  const fields: { readonly [field: string]: string } = {
    Package: name,
    Architecture: "amd64",
    Version: one.version,
    "db:Status-Abbrev": `${one.isHeld ? "h" : "i"}${letters[one.status]}`,
    "db:Status-Status": one.status,
    "db:Status-Eflag": one.status === "half-installed" ? "reinstreq" : "ok",
    "source:Package": source,
    "source:Version": one.version,
  };
  return format
    .replaceAll("\\t", "\t")
    .replaceAll("\\n", "\n")
    .replace(/\$\{([^}]*)\}/g, (_all, field: string) => fields[field] ?? "");
}

function audit({ installed }: PackageHost): string {
  const of = (status: InstalledPackage["status"]): string =>
    [...installed]
      .filter(([, one]) => one.status === status)
      .map(([name]) => ` ${name.padEnd(20)} simulated\n`)
      .join("");
  const [half, unpacked] = [of("half-installed"), of("unpacked")];
  return [
    half === ""
      ? ""
      : `The following packages are in a mess due to serious problems during\ninstallation.  They must be reinstalled for them (and any packages\nthat depend on them) to function properly:\n${half}\n`,
    unpacked === ""
      ? ""
      : `The following packages have been unpacked but not yet configured.\nThey must be configured using dpkg --configure or the configure\nmenu option in dselect for them to work:\n${unpacked}\n`,
  ].join("");
}
