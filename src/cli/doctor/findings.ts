/** What a doctor finds on a host, and what to do about it. Pure: from a survey to findings. */
import type { Diagnostic } from "../../model/diagnostic.ts";
import { earlyOpeners, libraryFormat } from "./hazards.ts";
import type { Survey } from "./survey.ts";

export interface Finding {
  readonly check: string;
  readonly verdict: "ok" | "warning" | "error";
  readonly said: string;
  readonly fix?: string;
}

const ok = (check: string, said: string): Finding => ({ check, verdict: "ok", said });
const warning = (check: string, said: string, fix: string): Finding => ({
  ...{ check, verdict: "warning", said, fix },
});
const error = (check: string, said: string, fix: string): Finding => ({
  ...{ check, verdict: "error", said, fix },
});

export function findingOf(check: string, diagnostic: Diagnostic): Finding {
  const { summary, hint, severity, detail } = diagnostic;
  const said = [summary, ...(detail ?? []).slice(0, 2)].join("; ");
  return { check, verdict: severity, said, ...(hint !== undefined && { fix: hint }) };
}

/** A root file system with less is in trouble whatever is done there. */
const LEAST_FREE_KIB = 100 * 1024;

export function judgeSurvey(survey: Survey): readonly Finding[] {
  return [
    ...tools(survey),
    ...disk(survey),
    ...packages(survey),
    ...leftOvers(survey),
    ...hazards(survey),
    ...earlyOpeners(survey),
    ...libraryFormat(survey),
  ];
}

function tools({ tools: has, one }: Survey): readonly Finding[] {
  const missing = ["sh", "awk", "sed", "tar", "sha256sum", "sync"].filter((tool) => !has.has(tool));
  const findings =
    missing.length === 0
      ? [ok("tools", `${one("os") ?? "unknown system"}, as ${one("user") ?? "?"}`)]
      : [
          error(
            "tools",
            `not there: ${missing.join(", ")}`,
            "Install coreutils, gawk or mawk, sed and tar.",
          ),
        ];
  const lmdb = ["mdb_dump", "mdb_copy"].filter((tool) => !has.has(tool));
  if (has.has("pdns_server") && lmdb.length > 0)
    findings.push(error("tools", `not there: ${lmdb.join(", ")}`, "apt-get install lmdb-utils"));
  return findings;
}

function disk({ all, one }: Survey): readonly Finding[] {
  const lmdb = Number(one("lmdb") ?? 0);
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const line of all("disk")) {
    const [folder = "", free = "", mount = ""] = line.split(" ");
    const isLmdb = folder === "/var/lib/powerdns";
    const least = isLmdb ? Math.max(2 * lmdb, 1) : LEAST_FREE_KIB;
    if (seen.has(mount) && !isLmdb) continue;
    seen.add(mount);
    if (Number(free) >= least) continue;
    const need = isLmdb
      ? `a backup of the LMDB and its successor take ${mib(least)}`
      : `less than ${mib(least)}`;
    findings.push(
      error(
        "disk",
        `${mib(Number(free))} free for ${folder}: ${need}`,
        `Make room on ${mount}: apt-get clean, old logs, old backups.`,
      ),
    );
  }
  return findings.length > 0 ? findings : [ok("disk", "enough room")];
}

function mib(kib: number): string {
  return `${Math.ceil(kib / 1024)} MiB`;
}

function packages({ one }: Survey): readonly Finding[] {
  const [audit, kept] = [one("audit"), one("kept")];
  return [
    ...(audit
      ? [
          error(
            "packages",
            `dpkg was interrupted: ${audit}`,
            "dpkg --configure -a, then apt-get -f install",
          ),
        ]
      : []),
    ...(kept
      ? [
          warning(
            "packages",
            `held packages: ${kept}`,
            "apt-mark unhold them if the hold is not yours; runbook respects it.",
          ),
        ]
      : []),
    ...(!audit && !kept ? [ok("packages", "nothing half installed, nothing held")] : []),
  ];
}

function leftOvers({ all }: Survey): readonly Finding[] {
  return [
    ...all("lock").map((run) =>
      error(
        "lock",
        `locked by run ${run}`,
        `runbook show ${run}; runbook resume ${run} goes on, runbook abandon ${run} gives it up`,
      ),
    ),
    ...all("hold").map((line) => {
      const [file = "", run = ""] = line.split(" ");
      return error(
        "hold",
        `a unit is held by run ${run || "?"}: ${file}`,
        `runbook resume ${run || "RUN"}, or by hand: rm ${file} && systemctl daemon-reload`,
      );
    }),
  ];
}

function hazards({ all, one }: Survey): readonly Finding[] {
  const mode = one("mode");
  const pinned = one("pinned");
  return [
    ...(one("reboot")
      ? [
          warning(
            "reboot",
            "a reboot is asked for",
            "Reboot the host before a migration, not in the middle of it.",
          ),
        ]
      : []),
    ...all("agent").map((agent) =>
      warning(
        "automation",
        `${agent} is active and may change packages or files meanwhile`,
        `systemctl stop ${agent} for the time of the run`,
      ),
    ),
    ...(mode !== undefined && /[4-7]$/.test(mode)
      ? [
          warning(
            "secrets",
            `/etc/lightningstream.yml can be read by everybody (mode ${mode})`,
            "chmod 640 /etc/lightningstream.yml, with the daemon's group",
          ),
        ]
      : []),
    ...(pinned === undefined
      ? []
      : [
          warning(
            "schema pin",
            pinned,
            "A release of another schema refuses to start with it; remove the line when you migrate.",
          ),
        ]),
  ];
}

/** Programs that are not of one version everywhere: said on the hosts that are few. */
export function disagreements(
  surveys: ReadonlyMap<string, Survey>,
): ReadonlyMap<string, readonly Finding[]> {
  const findings = new Map<string, Finding[]>();
  for (const [key, name] of [
    ["pdns", "pdns_server"],
    ["stream", "lightningstream"],
  ] as const) {
    const versions = new Map<string, string[]>();
    for (const [host, survey] of surveys) {
      const version = survey.one(key);
      if (version !== undefined) versions.set(version, [...(versions.get(version) ?? []), host]);
    }
    const [most, ...fewer] = [...versions].toSorted((a, b) => b[1].length - a[1].length);
    for (const host of most?.[1] ?? [])
      findings.set(host, [
        ...(findings.get(host) ?? []),
        ok("versions", `${name} ${most?.[0] ?? ""}`),
      ]);
    for (const [version, hosts] of fewer)
      for (const host of hosts)
        findings.set(host, [
          ...(findings.get(host) ?? []),
          warning(
            "versions",
            `${name} ${version}, others have ${most?.[0] ?? "?"}`,
            "Fine in the middle of a migration; else bring all hosts to one version.",
          ),
        ]);
  }
  return findings;
}
