/** When each host was worked on: one bar a host, in one scale for all. */
import { showDuration } from "../../lib/duration.ts";
import type { DnsServerReport, HostReport, RunReport, TaskReport } from "../run-report.ts";
import type { Markup } from "./markup.ts";
import { markup } from "./markup.ts";
import type { TimeScale } from "./time-scale.ts";
import { timeScale } from "./time-scale.ts";
import { HOST_WORDS } from "./words.ts";

type Shade = "ok" | "changed" | "bad" | "doubt" | "undone" | "skipped";

interface Bar {
  readonly from: number;
  to: number;
  readonly shade: Shade;
  readonly text: string;
  tasks: number;
}

/** Beyond this, bars have no titles of their own: a row's label says what matters. */
const TITLED_HOSTS = 200;

/** Worse is painted over better. */
const ORDER: readonly Shade[] = ["skipped", "ok", "changed", "undone", "doubt", "bad"];

export function hostTable(report: RunReport): Markup {
  const { hosts } = report;
  const whole = wholeOf(report);
  const bars = new Map(hosts.map((host) => [host.host, barsOf(host.tasks, whole.to)]));
  const fleet = barsOf(report.fleet, whole.to);
  const scale = timeScale([...bars.values(), fleet].flat(), whole);
  const titled = hosts.length <= TITLED_HOSTS;
  const silent = new Map(report.dns?.servers.map(({ host, times }) => [host, times]));
  const rows = hosts
    .toSorted((a, b) => HOST_WORDS[a.outcome].rank - HOST_WORDS[b.outcome].rank)
    .map((host) =>
      row(host, bars.get(host.host) ?? [], { scale, titled, silent: silent.get(host.host) }),
    );
  const fleetRow =
    report.fleet.length === 0
      ? undefined
      : markup`<tr><th scope="row">the fleet</th><td class="faint">once for all</td><td></td><td class="time">${lane("the fleet", fleet, { scale, titled: true })}</td></tr>\n`;
  return markup`<div class="wide" tabindex="0" role="region" aria-label="Hosts and when they were worked on"><table class="hosts">
<thead><tr><th scope="col">Host</th><th scope="col">Outcome</th><th scope="col">Tasks</th><th scope="col">${axis(whole)}</th></tr></thead>
<tbody>
${rows}${fleetRow}</tbody></table></div>
${legend(
  [...bars.values(), fleet].flat(),
  scale,
  [...silent.values()].some((some) => some.length > 0),
)}`;
}

export function wholeOf(report: RunReport): { readonly from: number; readonly to: number } {
  return { from: Date.parse(report.startedAt), to: Date.parse(report.endedAt) };
}

interface LaneLook {
  readonly scale: TimeScale;
  readonly titled: boolean;
  /** When the host's server gave no answer. */
  readonly silent?: DnsServerReport["times"] | undefined;
}

function row(host: HostReport, bars: readonly Bar[], look: LaneLook): Markup {
  const word = HOST_WORDS[host.outcome];
  const address =
    host.address === host.host ? undefined : markup` <span class="faint">${host.address}</span>`;
  const why = host.lost && markup`<br><span class="faint">${host.lost.summary}</span>`;
  return markup`<tr data-host="${host.host}"><th scope="row"><span class="host">${host.host}</span>${address}</th><td><span class="${word.tone}">${word.text}</span>${why}</td><td class="number">${countsText(host)}</td><td class="time">${lane(host.host, bars, look)}</td></tr>\n`;
}

function countsText({ counts }: HostReport): string {
  const parts: readonly (readonly [number, string])[] = [
    [counts.changed, "changed"],
    [counts.ok - counts.changed, "ok"],
    [counts.failed, "failed"],
    [counts.inDoubt, "in doubt"],
    [counts.ignored, "ignored"],
    [counts.skipped, "skipped"],
    [counts.rolledBack, "taken back"],
  ];
  return parts.flatMap(([count, word]) => (count > 0 ? [`${count} ${word}`] : [])).join(", ");
}

function lane(name: string, bars: readonly Bar[], { scale, titled, silent }: LaneLook): Markup {
  const [first, last] = [bars[0], bars.at(-1)];
  if (!first || !last) return markup``;
  const spent = Math.max(...bars.map(({ to }) => to)) - first.from;
  const label = `${name}: from ${clock(first.from)}, ${showDuration(spent)}`;
  const rects = bars
    .toSorted((a, b) => ORDER.indexOf(a.shade) - ORDER.indexOf(b.shade))
    .map((bar) => {
      const x = scale.place(bar.from);
      const width = Math.max(0.15, scale.place(bar.to) - x);
      const title = titled ? markup`<title>${barTitle(bar)}</title>` : undefined;
      return markup`<rect class="b-${bar.shade}" x="${percent(x)}" width="${percent(width)}" height="100%">${title}</rect>`;
    });
  const pauses = scale.pauses.map(
    ({ from, to }) =>
      markup`<rect class="b-pause" x="${percent(scale.place(from))}" width="${percent(scale.place(to) - scale.place(from))}" y="40%" height="20%"/>`,
  );
  return markup`<svg class="lane" role="img" aria-label="${label}">${pauses}${rects}${silences(silent ?? [], scale)}</svg>`;
}

/** At the foot of what was done meanwhile. */
function silences(times: DnsServerReport["times"], scale: TimeScale): readonly Markup[] {
  return times.map(({ from, to, why }) => {
    const [x, end] = [
      scale.place(Date.parse(from)),
      to === undefined ? 100 : scale.place(Date.parse(to)),
    ];
    const words = `DNS: ${why}: ${clock(Date.parse(from))}${to === undefined ? "" : `, ${showDuration(Date.parse(to) - Date.parse(from))}`}`;
    return markup`<rect class="b-silent" x="${percent(x)}" width="${percent(Math.max(0.3, end - x))}" y="75%" height="25%"><title>${words}</title></rect>`;
  });
}

function barTitle({ from, to, text, tasks }: Bar): string {
  const many = tasks > 1 ? ` and ${tasks - 1} more` : "";
  return `${text}${many}: ${clock(from)}, ${showDuration(to - from)}`;
}

/** Neighbours of the same shade in the same phase are one bar. */
function barsOf(tasks: readonly TaskReport[], end: number): readonly Bar[] {
  const bars: Bar[] = [];
  const put = (phase: string, bar: Bar): void => {
    const last = bars.at(-1);
    const isNear = last && bar.from - last.to < 1000 && phases.get(last) === phase;
    if (isNear && last.shade === bar.shade && bar.from >= last.from) {
      last.to = Math.max(last.to, bar.to);
      last.tasks++;
      return;
    }
    phases.set(bar, phase);
    bars.push(bar);
  };
  const phases = new Map<Bar, string>();
  const at = (time: string | undefined): number => (time === undefined ? end : Date.parse(time));
  for (const task of tasks) {
    const shade = shadeOf(task);
    put(task.phase, {
      from: Date.parse(task.beganAt),
      to: at(task.endedAt),
      shade,
      text: `${task.phase}: ${task.name}`,
      tasks: 1,
    });
  }
  for (const { name, undone } of tasks.toReversed()) {
    // What the playbook's way back supersedes took no time of its own.
    if (!undone || undone.outcome === "superseded") continue;
    const isBack = undone.outcome === "done" || undone.outcome === "already";
    put("(back)", {
      from: Date.parse(undone.beganAt),
      to: at(undone.endedAt),
      shade: isBack ? "undone" : "bad",
      text: `undo ${name}`,
      tasks: 1,
    });
  }
  return bars;
}

function shadeOf({ outcome }: TaskReport): Shade {
  switch (outcome) {
    case "failed":
      return "bad";
    case "in-doubt":
    case "again":
      return "doubt";
    case "changed":
    case "ok":
    case "skipped":
      return outcome;
    case "ignored":
      return "skipped";
  }
}

function axis(whole: { from: number; to: number }): Markup {
  return markup`<svg class="axis" role="img" aria-label="Time, UTC, from ${clock(whole.from)} to ${clock(whole.to)}"><text x="0" y="1em">${clock(whole.from)}</text><text x="100%" y="1em" text-anchor="end">${clock(whole.to)} UTC</text></svg>`;
}

const SHADE_WORDS: { readonly [shade in Shade]: string } = {
  changed: "changed",
  ok: "looked, or found as wanted",
  undone: "taken back",
  bad: "failed",
  doubt: "in doubt, or to be done again",
  skipped: "skipped",
};

function legend(bars: readonly Bar[], scale: TimeScale, isSilent: boolean): Markup {
  const there = new Set(bars.map(({ shade }) => shade));
  const items = ORDER.filter((shade) => there.has(shade)).map(
    (shade) =>
      markup`<li><svg aria-hidden="true"><rect class="b-${shade}" width="100%" height="100%"/></svg>${SHADE_WORDS[shade]}</li>`,
  );
  const pause = scale.pauses.map(
    ({ from, to }) =>
      markup`<li><svg aria-hidden="true"><rect class="b-pause" width="100%" height="100%"/></svg>${showDuration(to - from)} in which nothing happened, from ${clock(from)}</li>`,
  );
  const silence = isSilent
    ? markup`<li><svg aria-hidden="true"><rect class="b-silent" width="100%" height="25%" y="75%"/></svg>no answer to DNS</li>`
    : undefined;
  return markup`<ul class="legend">${items}${silence}${pause}</ul>`;
}

function percent(value: number): string {
  return `${Number(value.toFixed(2))}%`;
}

export function clock(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace("T", " ");
}
