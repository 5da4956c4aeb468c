import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Sighting, Verdict } from "../../model/step.ts";
import type { Params, Seen } from "./lightningstream-ready.ts";

export function judgeReadiness({ params, seen }: Sighting<Params, Seen>): Verdict {
  const problem = problemOf(seen, params.allow_empty === true);
  if (problem === undefined) return { kind: "holds" };
  const { summary, hint, detail = [] } = problem;
  const diagnostic: Diagnostic = {
    code: "step/lightningstream-not-ready",
    severity: "error",
    summary,
    hint,
    ...(detail.length === 0 ? {} : { detail }),
  };
  return problem.final === true
    ? { kind: "fails", diagnostic, final: true }
    : { kind: "fails", diagnostic };
}

interface Problem {
  readonly summary: string;
  readonly hint: string;
  readonly detail?: readonly string[];
  readonly final?: true;
}

function problemOf(seen: Seen, allowEmpty: boolean): Problem | undefined {
  if (seen.unit !== "active") {
    return {
      summary: `Lightning Stream is ${seen.unit}`,
      hint:
        seen.unit === "inactive"
          ? "Start it. Is it held by a run that was stopped? `systemctl status lightningstream` shows it."
          : "`journalctl -u lightningstream` says why: a wrong configuration, a full disk, or no rights on the LMDB.",
    };
  }
  if (seen.active_since !== null && seen.config_changed > seen.active_since) {
    return {
      summary: "Lightning Stream was started before its configuration was last changed",
      hint: "It may still use another prefix: restart it, or find out who changed the file since.",
      final: true,
    };
  }
  if (seen.silent !== null) {
    return {
      summary: `Lightning Stream does not answer on ${seen.silent}`,
      hint: "It has just been started, or something else holds that port.",
    };
  }
  if (seen.since !== null && seen.active_since !== null && seen.since < seen.active_since - 1) {
    return {
      summary: "another, older process answers in Lightning Stream's place",
      hint: "End it: two of them on one LMDB write to two prefixes. `ss -ltnp` shows whose port it is.",
    };
  }
  const pending = seen.lmdbs.filter((lmdb) => !lmdb.started).map(({ name }) => name);
  if (pending.length > 0) {
    return {
      summary: `the startup of ${pending.join(" and ")} is not over: ${seen.waits_for ?? "snapshots are still being loaded"}`,
      hint:
        seen.asked === "journal"
          ? "Lightning Stream has no `http:` and was asked for in the journal, which may have lost an old start."
          : "DNS is served meanwhile. It becomes ready by itself within seconds once the storage answers.",
      detail: [...seen.failures, ...seen.warnings],
    };
  }
  const empty = seen.lmdbs.filter(({ databases }) => databases === 0).map(({ name }) => name);
  if (empty.length > 0 && !allowEmpty) {
    return {
      summary: `${empty.length === 1 ? "the LMDB" : "the LMDBs"} ${empty.join(" and ")} ${empty.length === 1 ? "is" : "are"} empty: Lightning Stream found nothing under its prefix`,
      hint: "Is it the right prefix, and does it still hold snapshots? `lightningstream.snapshots` shows them. A server on an empty LMDB refuses every query.",
    };
  }
  if (seen.failures.length > 0) {
    return {
      summary: "Lightning Stream reports failures",
      hint: "Its storage has not answered for minutes; what is written here does not reach the other hosts.",
      detail: seen.failures,
    };
  }
  return undefined;
}
