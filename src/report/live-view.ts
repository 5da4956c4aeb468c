/**
 * What an operator sees of a run at a glance: where it is, how long it will take, the hosts that need looking at, and the
 * rest as counts. Lines for a size; nothing here writes.
 */
import { cellsOf, fitCells, padCells } from "../lib/cells.ts";
import { showDuration } from "../lib/duration.ts";
import { FLEET } from "../model/ids.ts";
import { clockTime } from "../lib/clock-time.ts";
import type { Estimate } from "./estimate.ts";
import type { Outline } from "./outline.ts";
import type { Paint } from "./paint.ts";
import type { HostProgress, HostStanding, Progress } from "./progress.ts";
import { STANDINGS } from "./progress.ts";

export interface ViewSize {
  readonly columns: number;
  readonly rows: number;
}

export interface ViewOptions {
  readonly outline: Outline;
  readonly paint: Paint;
  /** Hides secrets and makes control characters visible; called before anything is cut, so that no part escapes. */
  readonly clean: (text: string) => string;
}

/** Below this nothing can be said in two columns. */
const NARROW = 60;
const NEEDS_LOOKING_AT: ReadonlySet<HostStanding> = new Set([
  ...(["stuck", "in doubt", "failed", "lost", "going back", "running"] as const),
]);

/** At most half of the screen; nothing when the run is over or the terminal has no room. */
export function liveLines(
  progress: Progress,
  size: ViewSize,
  nowMs: number,
  options: ViewOptions,
): readonly string[] {
  if (progress.isOver || size.columns < 20 || size.rows < 4) return [];
  const most = Math.min(Math.floor(size.rows / 2), 16);
  const header = headerLines(progress, size.columns, nowMs, options).slice(0, most);
  const matter = hostsThatMatter(progress);
  const room = Math.max(0, most - header.length - 1);
  const shown = matter.slice(0, room);
  const rows = rowLines(shown, size.columns, nowMs, options);
  const rest = restLine(progress, shown, size.columns, options.paint);
  return [...header, ...rows, ...(rest === "" || most <= header.length ? [] : [rest])];
}

function headerLines(
  progress: Progress,
  columns: number,
  nowMs: number,
  { outline, paint, clean }: ViewOptions,
): readonly string[] {
  const title = fitCells(clean(outline.name), Math.max(8, Math.floor(columns / 2)));
  const where = fitCells(
    ` · ${clean(whereText(progress, columns, outline))}`,
    columns - cellsOf(title),
  );
  const first = paint.bold(title) + where;
  if (progress.looking !== undefined) return [first];
  const estimate = progress.estimate(nowMs);
  return [first, progressLine(progress, estimate, columns, nowMs, paint)];
}

function whereText(progress: Progress, columns: number, { phases }: Outline): string {
  if (progress.looking !== undefined) {
    const hosts = progress.hosts.size;
    return hosts > 0
      ? `${progress.looking}, ${hosts} ${hosts === 1 ? "host" : "hosts"}`
      : progress.looking;
  }
  const phase = progress.phase();
  if (progress.isGoingBack) return phase ? `going back: ${phase.name}` : "going back";
  if (!phase) return "between two tasks";
  if (phase.number === 0) return phase.name;
  const of = columns < NARROW ? `${phase.number}/${phases}` : `phase ${phase.number} of ${phases}:`;
  return `${of} ${phase.name}`;
}

function progressLine(
  progress: Progress,
  estimate: Estimate,
  columns: number,
  nowMs: number,
  paint: Paint,
): string {
  const part = progress.isGoingBack ? partBack(progress) : estimate.done;
  const percent = `${Math.floor(part * 100)} %`.padStart(5);
  const times = timesText(progress, estimate, columns, nowMs);
  const width = Math.min(30, columns - cellsOf(percent) - cellsOf(times) - 4);
  if (width < 5) return fitCells(`${percent}  ${times}`, columns);
  const full = Math.round(part * width);
  const bar = paint.good("━".repeat(full)) + paint.dim("┄".repeat(width - full));
  return ` ${bar}${percent}  ${times}`;
}

/** Of the hosts that turned round. */
function partBack(progress: Progress): number {
  const counts = progress.counts();
  const back = counts.get("back") ?? 0;
  const all = back + (counts.get("going back") ?? 0) + (counts.get("stuck") ?? 0);
  return all === 0 ? 0 : back / all;
}

function timesText(
  progress: Progress,
  { elapsedMs, leftMs }: Estimate,
  columns: number,
  nowMs: number,
): string {
  const spent = roughly(elapsedMs);
  if (leftMs === undefined || progress.isGoingBack) return spent;
  if (columns < NARROW) return `${spent}, ~${roughly(leftMs)} left`;
  return `${spent}, about ${roughly(leftMs)} left (${clockTime(nowMs + leftMs, "minutes")})`;
}

/** Whole seconds at most: what changes ten times a second cannot be read. */
function roughly(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 1000)} s` : showDuration(ms);
}

function hostsThatMatter(progress: Progress): readonly HostProgress[] {
  const matter = [...progress.hosts.values()].filter(({ standing }) =>
    NEEDS_LOOKING_AT.has(standing),
  );
  if (progress.fleet.doing ?? progress.fleet.problem) matter.push(progress.fleet);
  return matter.toSorted(
    (a, b) =>
      STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing) ||
      (a.doing?.sinceMs ?? Infinity) - (b.doing?.sinceMs ?? Infinity) ||
      0,
  );
}

function rowLines(
  shown: readonly HostProgress[],
  columns: number,
  nowMs: number,
  options: ViewOptions,
): readonly string[] {
  const names = shown.map(({ host }) => (host === FLEET ? "fleet" : options.clean(host)));
  const width = Math.min(Math.max(4, ...names.map(cellsOf)), Math.floor(columns / 3));
  return shown.map((host, index) => {
    const name = padCells(names[index] ?? "", width);
    const word = wordOf(host);
    const paintWord = word === "" ? "" : `${painted(word, host.standing, options.paint)} `;
    const left = columns - width - 2 - (word === "" ? 0 : cellsOf(word) + 1);
    return `${name}  ${paintWord}${fitCells(options.clean(rowText(host, nowMs, columns)), left)}`;
  });
}

/** Whoever simply works needs no word. */
function wordOf({ standing, waits }: HostProgress): string {
  switch (standing) {
    case "stuck":
      return "STUCK";
    case "in doubt":
      return "IN DOUBT";
    case "failed":
      return "FAILED";
    case "lost":
      return "LOST";
    case "going back":
      return "back:";
    case "running":
    case "to do":
    case "back":
    case "done":
    case "at goal":
      return waits ? "waits:" : "";
  }
}

function painted(word: string, standing: HostStanding, paint: Paint): string {
  return word === word.toUpperCase()
    ? paint.bad(word)
    : standing === "going back"
      ? paint.warn(word)
      : paint.dim(word);
}

function rowText({ doing, waits, problem }: HostProgress, nowMs: number, columns: number): string {
  if (problem !== undefined) return problem;
  if (waits) {
    const until = clockTime(waits.untilMs, "seconds");
    return columns < NARROW ? `until ${until} ${waits.for}` : `until ${until} for ${waits.for}`;
  }
  if (!doing) return "between two tasks";
  const spent = nowMs - doing.sinceMs;
  return spent < 1000 ? doing.task : `${doing.task} · ${roughly(spent)}`;
}

function restLine(
  progress: Progress,
  shown: readonly HostProgress[],
  columns: number,
  paint: Paint,
): string {
  const counts = new Map(progress.counts());
  for (const { standing, host } of shown)
    if (host !== FLEET) counts.set(standing, (counts.get(standing) ?? 0) - 1);
  const parts = STANDINGS.flatMap((standing) => {
    const count = counts.get(standing) ?? 0;
    if (count <= 0) return [];
    return [NEEDS_LOOKING_AT.has(standing) ? `${count} more ${standing}` : `${count} ${standing}`];
  });
  return parts.length === 0 ? "" : paint.dim(fitCells(parts.join(" · "), columns));
}
