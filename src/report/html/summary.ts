/** What a change ticket wants to know: who did what, when, where, how it ended, what is different now, and the way back. */
import { showDuration } from "../../lib/duration.ts";
import { valueText } from "../change-text.ts";
import { changesOf } from "../changes-of.ts";
import { dnsSentence } from "../dns-report.ts";
import type { HostOutcome, RunReport } from "../run-report.ts";
import type { Markup } from "./markup.ts";
import { markup } from "./markup.ts";
import { clock } from "./timeline.ts";
import { HOST_WORDS, verdictOf } from "./words.ts";

const MOST_CHANGES = 200;

export function head(report: RunReport): Markup {
  const verdict = verdictOf(report);
  return markup`<h1>${report.playbook.name}</h1>
<p class="lead">Run <code>${report.run}</code>, ${utc(report.startedAt)}</p>
<p class="verdict ${verdict.tone}">${verdict.text}</p>
<p>${report.text}</p>`;
}

export function facts(report: RunReport): Markup {
  const { playbook, startedAt, endedAt, inputs } = report;
  const took = Date.parse(endedAt) - Date.parse(startedAt);
  const entries = Object.entries(inputs).map(
    ([name, value]) => markup`<code>${name} = ${valueText(value)}</code><br>`,
  );
  const rows: readonly (readonly [string, Markup])[] = [
    ["Who", markup`${report.who}`],
    ["When", markup`${utc(startedAt)} to ${utc(endedAt)} (${showDuration(took)})`],
    ["Playbook", markup`${playbook.file} <span class="faint">sha256 ${playbook.sha256}</span>`],
    ["How", markup`${howOf(report)}`],
    ["Inputs", entries.length > 0 ? markup`${entries}` : markup`none`],
    ["Hosts", markup`${hostsText(report)}`],
    ...(report.dns ? [["DNS", markup`${dnsSentence(report.dns)}`] as const] : []),
    ["Way back", wayBack(report)],
    ["Written by", markup`runbook ${report.version}`],
  ];
  return markup`<dl>${rows.map(([term, text]) => markup`<dt>${term}</dt><dd>${text}</dd>\n`)}</dl>`;
}

function howOf({ mode, window }: RunReport): string {
  const words = mode === "serial" ? "host by host" : "all hosts at once, phase by phase";
  return window === undefined ? words : `${words}; window ${window}`;
}

function hostsText({ totals, hosts }: RunReport): string {
  const parts = Object.entries(totals.hosts)
    .map(([outcome, count]) => ({ word: HOST_WORDS[outcome as HostOutcome], count }))
    .toSorted((a, b) => a.word.rank - b.word.rank)
    .map(({ word, count }) => `${count} ${word.text}`);
  const names = hosts.length <= 12 ? ` (${hosts.map(({ host }) => host).join(", ")})` : "";
  return `${hosts.length}: ${parts.join(", ")}${names}`;
}

function wayBack({ wayBack: way }: RunReport): Markup {
  const closed = way.closed.map(
    ({ name, why, hosts }) =>
      markup`<br><span class="warn">Not by undoing:</span> ${name} (${why}) on ${some(hosts)}`,
  );
  switch (way.kind) {
    case "open":
      return markup`<code>${way.command ?? ""}</code> (<code>--check</code> says whether it still exists)${closed}`;
    case "nothing-to-take-back":
      return markup`There is nothing to take back.${closed}`;
    case "taken":
      return markup`It was taken.${closed}`;
  }
}

export function changes(report: RunReport): Markup {
  const found = changesOf(report);
  if (found.length === 0) return markup`<p>Nothing is different from before.</p>`;
  const rows = found
    .slice(0, MOST_CHANGES)
    .map(
      ({ what, before, after, hosts }) =>
        markup`<tr><td class="value">${what}</td><td class="value">${before}</td><td class="value">${after}</td><td>${some(hosts)}</td></tr>\n`,
    );
  const more = found.length - rows.length;
  return markup`<div class="wide" tabindex="0" role="region" aria-label="What changed"><table><thead><tr><th scope="col">What</th><th scope="col">Before</th><th scope="col">After</th><th scope="col">Where</th></tr></thead>
<tbody>${rows}</tbody></table></div>${more > 0 ? markup`<p class="faint">And ${more} more; they are under their tasks.</p>` : undefined}`;
}

/** Questions whose name is not what was asked. */
const QUESTIONS: { readonly [question: string]: string } = {
  go: "accept the plan",
  irreversible: "accept what cannot be taken back",
};

export function decisions({ decisions: taken }: RunReport): Markup {
  if (taken.length === 0) return markup`<p>None.</p>`;
  const rows = taken.map(
    ({ at, who, question, answer }) =>
      markup`<tr><td class="number">${utc(at)}</td><td>${who}</td><td>${QUESTIONS[question] ?? question}</td><td>${valueText(answer)}</td></tr>\n`,
  );
  return markup`<div class="wide" tabindex="0" role="region" aria-label="Decisions"><table><thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">Question</th><th scope="col">Answer</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

export function marks({ marks: all }: RunReport): Markup {
  const shown = all.slice(-500);
  const rows = shown.map(
    ({ at, host, text }) =>
      markup`<tr><td class="number">${utc(at)}</td><td class="host">${host ?? ""}</td><td>${text}</td></tr>\n`,
  );
  return markup`<h2 id="marks">What happened on the way</h2>
<div class="wide" tabindex="0" role="region" aria-label="What happened on the way"><table><thead><tr><th scope="col">When</th><th scope="col">Host</th><th scope="col">What</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function some(hosts: readonly string[]): string {
  return hosts.length <= 8
    ? hosts.join(", ")
    : `${hosts.length} hosts: ${hosts.slice(0, 6).join(", ")}, …`;
}

function utc(time: string): string {
  return `${clock(Date.parse(time))} UTC`;
}
