import type { Diagnostic } from "../../model/diagnostic.ts";
import { isInstalled } from "./dpkg.ts";
import type { AptLook } from "./look.ts";
import { LOCK_WORDS } from "./transaction.ts";
import type { Target } from "./wanted.ts";

/** What is not as a transaction should have left it, one line for each; nothing when all is well. */
export function notInstalled(targets: readonly Target[], look: AptLook): readonly string[] {
  const wrong = targets.flatMap(({ package: name, version }) => {
    const entry = look.entries.get(name);
    if (version === null) return isInstalled(entry) ? [`${name} is still installed`] : [];
    if (entry === undefined) return [`${name} is not installed`];
    if (!isInstalled(entry)) return [`${name} is left half way (${entry.abbrev.trim()})`];
    return entry.version === version ? [] : [`${name} is ${entry.version}, not ${version}`];
  });
  const others = look.audit
    .map((finding) => finding.package)
    .filter((name) => !targets.some((target) => target.package === name));
  return others.length === 0
    ? wrong
    : [...wrong, `dpkg --audit names ${[...new Set(others)].join(", ")}`];
}

/** Explains why a transaction did not do it, from what apt and dpkg said. */
export function transactionFailed(wrong: readonly string[], said: string): Diagnostic {
  const body = said.split(/^== uid$/m)[0] ?? "";
  const lines = body.split("\n").filter((line) => line.trim() !== "");
  const [why] = REASONS.filter(({ words }) => words.test(body));
  return {
    code: why?.code ?? "step/package-not-installed",
    severity: "error",
    summary: why === undefined ? wrong.join("; ") : `${why.summary}: ${wrong.join("; ")}`,
    hint:
      why?.hint ?? "The lines below are what apt and dpkg said last; runbook resume tries again.",
    detail: lines.filter((line, at) => NOTEWORTHY.test(line) || isLastWord(lines, at)).slice(-16),
  };
}

/** What a maintainer script or a hook said before dpkg gave up on it has no prefix, and is the reason. */
function isLastWord(lines: readonly string[], at: number): boolean {
  return lines.slice(at + 1, at + 4).some((line) => line.startsWith("dpkg: error"));
}

interface Reason {
  readonly words: RegExp;
  readonly code: Diagnostic["code"];
  readonly summary: string;
  readonly hint: string;
}

const NOTEWORTHY = /^(ran:|rc:[1-9]|E: |W: |dpkg: |dpkg-deb: |Err:|others:|not-kept:|wrong:| )/;

const REASONS: readonly Reason[] = [
  {
    words: new RegExp(LOCK_WORDS),
    code: "step/package-lock",
    summary: "another apt or dpkg holds the lock",
    hint: "Wait for it (`ps` shows the process that apt names below), or give a longer lock_timeout.",
  },
  {
    words: /No space left on device|You don't have enough free space/,
    code: "step/package-disk-full",
    summary: "the disk is full",
    hint: "Make room (apt-get clean empties apt's cache), then resume.",
  },
  {
    words: /Packages need to be removed but remove is disabled|^others:/m,
    code: "step/package-removes",
    summary: "other packages would have to be removed",
    hint: "runbook never removes a package that no task names: look at what conflicts.",
  },
  {
    words: /Failed to fetch|Unable to fetch|Could not resolve|Hash Sum mismatch/,
    code: "step/package-fetch",
    summary: "a package could not be downloaded",
    hint: "Is the repository reachable from the host? apt-get update, then resume.",
  },
];
