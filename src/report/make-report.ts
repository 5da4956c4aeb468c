/** From a journal and its fold to the report of a run. Pure; what it is handed knows what is secret. */
import { masked } from "../lib/masked.ts";
import { FLEET } from "../model/ids.ts";
import type { JsonObject } from "../model/json.ts";
import type { JournalLine } from "../model/journal-entry.ts";
import type { Playbook } from "../model/playbook.ts";
import type { Lane, RunState } from "../model/run-state.ts";
import { dnsReport } from "./dns-report.ts";
import type { Outline } from "./outline.ts";
import { outlineOf } from "./outline.ts";
import type { Moments } from "./moments.ts";
import { iso, momentsOf } from "./moments.ts";
import { countsOf } from "./recap.ts";
import type { HostReport, RunReport, RunStanding } from "./run-report.ts";
import { taskReports } from "./task-reports.ts";
import type { StandingOf } from "./totals.ts";
import { outcomeOfHost, totalsOf } from "./totals.ts";
import { wayBackOf } from "./way-back-report.ts";

export interface ReportParts {
  readonly lines: readonly JournalLine[];
  readonly state: RunState;
  readonly playbook: Playbook;
  readonly mask: (text: string) => string;
  /** Inputs as they may be shown. */
  readonly inputs: JsonObject;
  readonly standingOf: StandingOf;
}

export function makeReport(parts: ReportParts): RunReport {
  const { lines, state, playbook } = parts;
  const [first, last] = [lines[0], lines.at(-1)];
  if (first?.entry.type !== "run-started" || !last) throw new Error("the journal has no beginning");
  const outline = outlineOf(playbook);
  const moments = momentsOf(lines, (task) => outline.task(task)?.name ?? task);
  const { spec } = state;
  const hosts = spec.hosts.flatMap((host) => {
    const lane = state.lanes.get(host);
    return lane ? [hostReport(parts, lane, outline, moments)] : [];
  });
  const fleetLane = state.lanes.get(FLEET);
  const fleet = fleetLane ? taskReports(fleetLane, outline, moments, parts.mask) : [];
  const dns = dnsReport(state.dns, parts.mask);
  const stopped = state.finished === undefined ? state.stopped : undefined;
  return {
    format: 1,
    run: first.entry.run,
    version: first.entry.version,
    playbook: {
      name: playbook.name,
      file: spec.source.file,
      sha256: spec.source.sha256,
    },
    who: first.entry.who,
    startedAt: iso(first.at),
    endedAt: iso(last.at),
    standing: standingOfRun(state),
    ...(stopped && { why: stopped.why }),
    text: parts.mask(
      state.finished?.text ?? stopped?.text ?? "under way, or its controller was killed",
    ),
    mode: spec.mode,
    ...(spec.window && { window: spec.window.text }),
    inputs: masked(parts.inputs, parts.mask),
    totals: totalsOf(state, parts.standingOf),
    hosts,
    fleet,
    ...(dns && { dns }),
    decisions: moments.decisions.map((one) => ({
      ...one,
      question: parts.mask(one.question),
      answer: masked(one.answer, parts.mask),
    })),
    marks: moments.marks.map((one) => ({ ...one, text: parts.mask(one.text) })),
    wayBack: wayBackOf(state, outline, parts.mask),
  };
}

function standingOfRun(state: RunState): RunStanding {
  if (state.finished) {
    const { outcome } = state.finished;
    return outcome === "succeeded" ||
      outcome === "refused" ||
      outcome === "rolled-back" ||
      outcome === "abandoned"
      ? outcome
      : "abandoned";
  }
  return state.stopped ? "stopped" : "under-way";
}

function hostReport(
  parts: ReportParts,
  lane: Lane,
  outline: Outline,
  moments: Moments,
): HostReport {
  const tasks = taskReports(lane, outline, moments, parts.mask);
  const ends = tasks
    .flatMap(({ endedAt, undone }) => [endedAt, undone?.endedAt])
    .filter((at) => at !== undefined)
    .toSorted();
  const [began, ended] = [tasks[0]?.beganAt, ends.at(-1)];
  return {
    host: lane.host,
    address: parts.state.spec.addresses[lane.host] ?? lane.host,
    outcome: outcomeOfHost(lane, parts.standingOf),
    ...(began !== undefined && { beganAt: began }),
    ...(ended !== undefined && { endedAt: ended }),
    counts: countsOf(lane),
    ...(lane.lost && { lost: masked(lane.lost, parts.mask) }),
    ...(lane.back?.way !== undefined && { way: lane.back.way }),
    tasks,
  };
}
