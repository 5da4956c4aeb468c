import { createHumanReporter } from "../../report/human.ts";
import { outlineOf } from "../../report/outline.ts";
import { recapText } from "../../report/recap.ts";
import { applyLine } from "../../engine/fold.ts";
import { didYouMean } from "../../lib/did-you-mean.ts";
import type { JournalLine, OpenEntry } from "../../model/journal-entry.ts";
import { openPart, SEALED } from "../../model/journal-entry.ts";
import type { RunState } from "../../model/run-state.ts";
import { EXIT } from "../exit-codes.ts";
import type { ReadRun, SeenRun } from "../open-run.ts";
import { readRun } from "../open-run.ts";
import type { ShowOptions } from "../options.ts";
import { sourceLine } from "../source-line.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";

const FOLLOW_MS = 500;

/** The same lines that were seen while it ran, from the journal. Of what the journal seals, only why something failed is shown. */
export async function show(
  name: string | undefined,
  options: ShowOptions,
  terminal: Terminal,
): Promise<number> {
  const read = await readRun(name, options, terminal);
  if (typeof read === "number") return read;
  const wanted = filterOf(options, read, terminal);
  if (wanted === undefined) return EXIT.usage;
  const reporter = createHumanReporter({
    write: (text) => terminal.out(text),
    paint: terminal.paint,
    playbook: read.playbook,
    sourceLine,
    diff: false,
    waits: false,
  });
  let state: RunState | undefined;
  for await (const line of linesOf(read, options.follow === true)) {
    state = applyLine(state, line);
    if (!wanted(openPart(line))) continue;
    if (options.entries) terminal.out(entryText(line));
    else reporter.entry(line, state);
  }
  if (options.entries) return EXIT.done;
  if (state) terminal.out(`\n${recapText(state, terminal.paint, terminal.columns)}\n`);
  const standing = state?.finished ?? state?.stopped;
  terminal.out(`\n${standing ? standing.text : "under way, or killed: runbook resume goes on"}\n`);
  return EXIT.done;
}

function entryText({ seq, at, entry }: JournalLine): string {
  const hidden = new Set(SEALED[entry.type] ?? []);
  hidden.delete("diagnostic");
  const open = Object.fromEntries(Object.entries(entry).filter(([key]) => !hidden.has(key)));
  return `${JSON.stringify({ seq, at, ...open })}\n`;
}

/** Those that are there; and with `follow` those that come, until the run ends or nobody writes it any more. */
async function* linesOf(
  { store, run, lines: read }: SeenRun,
  follow: boolean,
): AsyncGenerator<JournalLine> {
  // How long it was when it was read is not known: it is read once more.
  let [seen, length] = [0, 0];
  let lines = read;
  for (;;) {
    for (const line of lines.slice(seen)) yield line;
    seen = lines.length;
    const last = lines.at(-1);
    const type = last && openPart(last).type;
    if (!follow || type === "run-finished" || type === "run-stopped") return;
    // Asked first: what was written before its writer left is still read below.
    const isWritten = await store.isBeingWritten(run);
    const now = await store.length(run);
    if (now === length && !isWritten) return;
    if (now === length) await systemClock.sleep(FOLLOW_MS);
    else lines = (await store.read(run))?.lines ?? lines;
    length = now;
  }
}

const STATUSES = ["changed", "ok", "skipped", "failed", "ignored", "in-doubt", "undone"] as const;
type Status = (typeof STATUSES)[number];

/** Undefined: it names what there is not, which was said. */
function filterOf(
  options: ShowOptions,
  { state, playbook }: ReadRun,
  terminal: Terminal,
): ((entry: OpenEntry) => boolean) | undefined {
  const outline = outlineOf(playbook);
  const listed = (text: string | undefined): readonly string[] | undefined =>
    text?.split(",").map((word) => word.trim());
  const [hosts, statuses] = [listed(options.host), listed(options.status)];
  const phase = options.phase?.toLowerCase();
  // Also those that are still to come.
  const phases = [
    ...["Before the host", "After the host"],
    ...[...playbook.phases, ...playbook.rollback].map(({ name }) => name),
  ];
  const isPhase = phases.some((name) => name.toLowerCase().includes(phase ?? ""));
  const unknown =
    strangerIn("host", hosts, [...state.lanes.keys()]) ??
    strangerIn("status", statuses, STATUSES) ??
    strangerIn("phase", isPhase ? undefined : listed(options.phase), phases);
  if (unknown !== undefined) {
    terminal.err(`${unknown}\n`);
    return undefined;
  }
  return (entry) => {
    const host = "of" in entry ? entry.of.host : "host" in entry ? entry.host : undefined;
    if (hosts && host !== undefined && !hosts.includes(host)) return false;
    if (phase === undefined && statuses === undefined) return true;
    if (entry.type !== "settled" && entry.type !== "undo-settled") return false;
    if (statuses && !statuses.includes(statusOf(entry))) return false;
    const where = outline.task(entry.of.task)?.phase ?? "";
    return phase === undefined || where.toLowerCase().includes(phase);
  };
}

function strangerIn(
  what: string,
  given: readonly string[] | undefined,
  known: readonly string[],
): string | undefined {
  const stranger = given?.find((word) => !known.includes(word));
  if (stranger === undefined) return undefined;
  const meant = didYouMean(stranger, [...new Set(known)]);
  const there = [...new Set(known)].slice(0, 10).join(", ");
  return `There is no ${what} "${stranger}" in this run. ${meant === undefined ? `It has: ${there}` : `Did you mean "${meant}"?`}`;
}

function statusOf(entry: Extract<OpenEntry, { type: "settled" | "undo-settled" }>): Status {
  switch (entry.outcome) {
    case "applied":
      return "changed";
    case "satisfied":
      return "ok";
    case "skipped":
    case "in-doubt":
      return entry.outcome;
    case "failed":
      return entry.type === "settled" && entry.ignored === true ? "ignored" : "failed";
    case "drifted":
      return "failed";
    case "done":
    case "already":
    case "superseded":
      return "undone";
  }
}
