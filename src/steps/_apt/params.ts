import { sh, type Command } from "../../model/command.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Json } from "../../model/json.ts";
import type { ParameterSchema } from "../../model/schema.ts";

/** A repository that packages come from, in a file of its own. */
export interface PackageSource {
  readonly name: string;
  readonly line: string;
}

export const SOURCE_SCHEMA: ParameterSchema<PackageSource> = {
  type: "object",
  properties: {
    name: { type: "string", description: "The file is /etc/apt/sources.list.d/NAME.list." },
    line: { type: "string", description: "One line as in sources.list(5)." },
  },
  additionalProperties: false,
  description:
    "A repository to add before the packages are looked for. A key that its `signed-by=` names is brought by a `copy` task.",
  examples: [
    {
      name: "pdns",
      line: "deb [signed-by=/etc/apt/keyrings/pdns.asc] http://repo.powerdns.com/debian trixie-auth-51 main",
    },
  ],
};

export function sourcePath(source: PackageSource): string {
  return `/etc/apt/sources.list.d/${source.name}.list`;
}

export function sourceText(source: PackageSource): string {
  return `${source.line.trim()}\n`;
}

/** Puts a source's file in place, or takes it away. */
export function writeSource(path: string, text: string | null): Command {
  if (text === null) return sh`rm -f -- ${path} && sync /etc/apt/sources.list.d`;
  return sh`{ printf '%s' ${text} >${`${path}.new`} && chmod 644 ${`${path}.new`} && sync ${`${path}.new`} && mv -f -- ${`${path}.new`} ${path} && sync /etc/apt/sources.list.d; }`;
}

/** Seconds from `300`, `300s`, `5m` or `1h`. */
export function seconds(written: number | string): number {
  if (typeof written === "number") return written;
  const [, count = "300", unit = "s"] = /^(\d+)([smh])?$/.exec(written) ?? [];
  return Number(count) * (unit === "h" ? 3600 : unit === "m" ? 60 : 1);
}

export const LOCK_SCHEMA: ParameterSchema<number | string> = {
  type: ["integer", "string"],
  pattern: "^[0-9]+[smh]?$",
  default: "5m",
  description:
    "How long to wait while another apt or dpkg holds the lock, unattended-upgrades for example. Seconds, or a number with s, m or h.",
};

export const NAME_SCHEMA: ParameterSchema<string | readonly string[]> = {
  type: ["string", "array"],
  items: { type: "string" },
  minItems: 1,
  description: "One package or a list of packages, changed in one transaction.",
  examples: ["pdns-server", ["pdns-server", "pdns-backend-lmdb", "pdns-tools"]],
};

export const VERSION_DESCRIPTION =
  "An exact Debian version, an upstream version (5.1.5), or a pattern (5.1.*). A pattern is resolved in the plan to one exact version for all hosts.";

export function namesOf(name: string | readonly string[]): readonly string[] {
  return [...new Set(typeof name === "string" ? [name] : name)];
}

/** Names and versions become words of scripts, so only what Debian allows in them passes. */
export function unusableNames(
  names: readonly string[],
  version: string | undefined,
  source: PackageSource | undefined,
): Diagnostic | undefined {
  const problem = (summary: string, hint: string): Diagnostic => ({
    code: "step/package-params",
    severity: "error",
    summary,
    hint,
  });
  const bad = names.find((name) => !/^[a-z0-9][a-z0-9.+-]+$/.test(name));
  if (bad !== undefined) {
    return problem(`"${bad}" is not a package's name`, "A name as apt-cache search shows it.");
  }
  if (version !== undefined && !/^[A-Za-z0-9.+~:*?-]+$/.test(version)) {
    return problem(`"${version}" is not a version`, "An exact version or a pattern like 5.1.*.");
  }
  if (source !== undefined && !/^[A-Za-z0-9_.-]+$/.test(source.name)) {
    return problem(`"${source.name}" cannot be a file's name`, "Letters, digits, . _ and - only.");
  }
  if (source !== undefined && !/^deb(-src)? \S/.test(source.line.trim())) {
    return problem("a source's line begins with deb", "See sources.list(5).");
  }
  return undefined;
}

/** What the plan resolved: package → exact version. */
export function pinsOf(pins: Json | undefined): ReadonlyMap<string, string> | undefined {
  if (typeof pins !== "object" || pins === null || Array.isArray(pins)) return undefined;
  return new Map(
    Object.entries(pins).flatMap(([name, version]) =>
      typeof version === "string" ? [[name, version] as const] : [],
    ),
  );
}
