import { fleetView, lookTogether } from "../../engine/gate.ts";
import { hostIdentity } from "../../engine/identity.ts";
import type { Running } from "../../engine/running.ts";
import { printable } from "../../lib/printable.ts";
import { assertNever } from "../../lib/assert-never.ts";
import type { HostId } from "../../model/ids.ts";
import { hostId, taskId } from "../../model/ids.ts";
import { hostList } from "../../report/host-list.ts";
import type { Finding } from "../doctor/findings.ts";
import { disagreements, findingOf, judgeSurvey } from "../doctor/findings.ts";
import type { SnapshotTimes } from "../doctor/hazards.ts";
import { forgottenDeletions } from "../doctor/hazards.ts";
import { doctorsPlaybook, LOOKS } from "../doctor/playbook.ts";
import type { Survey } from "../doctor/survey.ts";
import { SURVEY, surveyIn } from "../doctor/survey.ts";
import { EXIT } from "../exit-codes.ts";
import { lookingRun } from "../looking.ts";
import { prepareNewRun } from "../new-run.ts";
import type { DoctorOptions } from "../options.ts";
import type { Terminal } from "../terminal.ts";

/** What stands in the way of a run, host by host, each with what to do about it. Changes nothing. */
export async function doctor(
  pattern: string | undefined,
  options: DoctorOptions,
  terminal: Terminal,
): Promise<number> {
  const made = await prepareNewRun(doctorsPlaybook(pattern ?? "all"), options, terminal);
  if (typeof made === "number") return made;
  await using running = lookingRun(made, terminal);
  running.emit({ type: "connecting", hosts: made.spec.hosts });
  const examined = new Map<HostId, Finding[]>();
  const surveys = new Map<string, Survey>();
  await Promise.all(
    made.spec.hosts.map(async (host) => {
      const findings: Finding[] = [];
      examined.set(host, findings);
      const survey = await examine(running, host, findings);
      if (survey) surveys.set(host, survey);
    }),
  );
  await lookOn(running, surveys, examined);
  for (const [host, found] of disagreements(surveys)) examined.get(hostId(host))?.push(...found);
  const ordered = made.spec.hosts.map((host) => ({ host, checks: examined.get(host) ?? [] }));
  const isUnreachableOnly = ordered.every(({ checks }) =>
    checks.every(({ verdict, check }) => verdict !== "error" || check === "reachable"),
  );
  const isWell = ordered.every(({ checks }) => checks.every(({ verdict }) => verdict !== "error"));
  if (options.format === "json")
    terminal.out(`${JSON.stringify({ version: 1, ok: isWell, hosts: ordered }, undefined, 2)}\n`);
  else terminal.out(reportText(ordered, terminal));
  if (isWell) return EXIT.done;
  return isUnreachableOnly ? EXIT.unreachable : EXIT.refused;
}

/** Host key and login, sudo, then one read that looks at everything else. */
async function examine(
  running: Running,
  host: HostId,
  findings: Finding[],
): Promise<Survey | undefined> {
  const connection = running.transport.connection(host);
  const login = await connection.open({ kind: "login" });
  if (login.kind !== "open") {
    const check = login.kind === "unreachable" ? "reachable" : "login";
    findings.push(findingOf(check, login.diagnostic));
    return undefined;
  }
  findings.push({ check: "reachable", verdict: "ok", said: "host key and login accepted" });
  const identity = hostIdentity(running, host);
  const became = await connection.open(identity);
  if (became.kind !== "open") findings.push(findingOf("become", became.diagnostic));
  else if (identity.kind === "become")
    findings.push({ check: "become", verdict: "ok", said: `becomes ${identity.user}` });
  const reader = connection.session(became.kind === "open" ? identity : { kind: "login" });
  const ended = await reader.read(SURVEY);
  const survey =
    ended.kind === "exited" ? surveyIn(new TextDecoder().decode(ended.stdout)) : undefined;
  if (survey) findings.push(...judgeSurvey(survey));
  else
    findings.push({
      ...{
        check: "tools",
        verdict: "error",
        said: "the shell there did not come to the end of its survey",
      },
      fix: "runbook needs a POSIX shell; the login shell's own start files must not print or wait.",
    });
  return became.kind === "open" ? survey : undefined;
}

/** What steps know to look at, on the hosts that have what is looked at. */
async function lookOn(
  running: Running,
  surveys: ReadonlyMap<string, Survey>,
  examined: ReadonlyMap<HostId, Finding[]>,
): Promise<void> {
  await Promise.all(
    LOOKS.map(async ({ id, needs }) => {
      const task = running.program.tasks.get(taskId(id));
      const hosts = [...surveys].flatMap(([host, { tools }]) =>
        needs.every((tool) => tools.has(tool)) ? [hostId(host)] : [],
      );
      if (!task || hosts.length === 0) return;
      for (const { host, answer } of await lookTogether(
        running,
        task,
        hosts,
        fleetView(running, hosts),
      )) {
        const findings = examined.get(host);
        switch (answer.kind) {
          case "seen": {
            const { verdict } = answer;
            const well: Finding = { check: task.name, verdict: "ok", said: wordsOf(answer.seen) };
            findings?.push(
              verdict.kind === "holds" ? well : findingOf(task.name, verdict.diagnostic),
            );
            const survey = surveys.get(host);
            if (survey && isSnapshots(answer.seen))
              findings?.push(...forgottenDeletions(survey, answer.seen, running.clock.now()));
            continue;
          }
          case "problem":
          case "unreachable":
            findings?.push(findingOf(task.name, answer.diagnostic));
            continue;
        }
        assertNever(answer);
      }
    }),
  );
}

function isSnapshots(seen: unknown): seen is SnapshotTimes {
  return typeof seen === "object" && seen !== null && "newest" in seen && "instance" in seen;
}

/** The few values of a sighting that an operator knows by name. */
function wordsOf(seen: unknown): string {
  if (typeof seen !== "object" || seen === null) return "";
  const words = Object.entries(seen).flatMap(([name, value]) =>
    ["schema", "binary", "prefix"].includes(name)
      ? [`${name} ${value === null ? "none" : String(value)}`]
      : [],
  );
  return words.join(", ");
}

/** What an operator wants to read although it is well. */
const FACTS: ReadonlySet<string> = new Set(["tools", "schema and prefix", "versions"]);

function reportText(
  hosts: readonly { readonly host: HostId; readonly checks: readonly Finding[] }[],
  { paint }: Terminal,
): string {
  const words = {
    ok: paint.good("ok      "),
    warning: paint.warn("warning "),
    error: paint.bad("ERROR   "),
  };
  const groups = new Map<string, HostId[]>();
  for (const { host, checks } of hosts) {
    const trouble = checks.filter(({ verdict }) => verdict !== "ok");
    const well = checks.filter(({ verdict }) => verdict === "ok");
    const lines = trouble.flatMap(({ verdict, check, said, fix }) => [
      `  ${words[verdict]} ${check}: ${printable(said)}`,
      ...(fix === undefined ? [] : [`           fix: ${printable(fix)}`]),
    ]);
    const names = wrapped([...new Set(well.map(({ check }) => check))], 68);
    lines.push(...names.map((line, at) => `  ${at === 0 ? words.ok : "        "} ${line}`));
    const facts = well.filter(({ check, said }) => FACTS.has(check) && said !== "");
    lines.push(...facts.map(({ said }) => `           ${printable(said)}`));
    const text = lines.join("\n");
    groups.set(text, [...(groups.get(text) ?? []), host]);
  }
  const blocks = [...groups].map(([text, names]) => `${paint.bold(hostList(names))}\n${text}`);
  const count = (verdict: Finding["verdict"]): number =>
    hosts.filter(({ checks }) => checks.some((check) => check.verdict === verdict)).length;
  const summary = `${hosts.length} hosts: ${count("error")} with errors, ${count("warning")} with warnings`;
  return `${blocks.join("\n\n")}\n\n${summary}\n`;
}

/** A comma list in lines of at most so many characters. */
function wrapped(names: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  names.forEach((name, at) => {
    const word = at === names.length - 1 ? name : `${name},`;
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  });
  return lines;
}
