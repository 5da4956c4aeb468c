/** How DNS was answered while hosts changed: a line for each server that was ever silent, and the others in one. */
import { showDuration } from "../../lib/duration.ts";
import { dnsSentence } from "../dns-report.ts";
import type { DnsReport, DnsServerReport } from "../run-report.ts";
import type { Markup } from "./markup.ts";
import { markup } from "./markup.ts";
import { clock } from "./timeline.ts";

const MOST_SERVERS = 300;
const MOST_TIMES = 5;

export function availability(dns: DnsReport): Markup {
  const troubled = dns.servers
    .filter(({ silences, asked }) => silences > 0 || asked === 0)
    .toSorted((a, b) => b.longestMs - a.longestMs);
  const calm = dns.servers.filter(({ silences, asked }) => silences === 0 && asked > 0);
  const asked = markup`<p>Each server was asked for a SOA every ${showDuration(dns.everyMs)}, ${spansText(dns)}. It is called silent when two questions in a row had no answer with authority.</p>`;
  return markup`<h2 id="dns">DNS while it went on</h2>
<p>${capital(dnsSentence(dns))}.</p>
${asked}
${troubled.length + calm.length > 0 ? table(troubled, calm) : undefined}${dns.unwatched.length > 0 ? unwatched(dns) : undefined}`;
}

function table(troubled: readonly DnsServerReport[], calm: readonly DnsServerReport[]): Markup {
  const rows = troubled
    .slice(0, MOST_SERVERS)
    .map(
      (server) =>
        markup`<tr><th scope="row"><span class="host">${server.host}</span></th><td class="number">${answers(server)}</td><td>${server.asked === 0 ? "never asked" : server.silences}</td><td class="number">${showDuration(server.longestMs)}</td><td>${times(server)}</td></tr>\n`,
    );
  const more = troubled.length - rows.length;
  const rest =
    more > 0
      ? markup`<tr><td colspan="5" class="faint">and ${more} more; the JSON report has them all</td></tr>`
      : undefined;
  const names =
    calm.length <= 8 ? calm.map(({ host }) => host).join(", ") : `${calm.length} servers`;
  const others =
    calm.length === 0
      ? undefined
      : markup`<tr><th scope="row">${names}</th><td class="number">${answers(sum(calm))}</td><td>none</td><td></td><td></td></tr>`;
  return markup`<div class="wide" tabindex="0" role="region" aria-label="DNS while it went on"><table><thead><tr><th scope="col">Server</th><th scope="col">Answered</th><th scope="col">Silences</th><th scope="col">Longest</th><th scope="col">When</th></tr></thead>
<tbody>${rows}${rest}${others}</tbody></table></div>`;
}

function answers({
  asked,
  answered,
  unseen,
}: Pick<DnsServerReport, "asked" | "answered" | "unseen">): string {
  const lost = unseen > 0 ? `; ${unseen} could not be put` : "";
  return `${answered} of ${asked}${lost}`;
}

function sum(
  servers: readonly DnsServerReport[],
): Pick<DnsServerReport, "asked" | "answered" | "unseen"> {
  return servers.reduce(
    (all, one) => ({
      asked: all.asked + one.asked,
      answered: all.answered + one.answered,
      unseen: all.unseen + one.unseen,
    }),
    { asked: 0, answered: 0, unseen: 0 },
  );
}

function times({ times: all }: DnsServerReport): readonly Markup[] {
  const shown = all.slice(0, MOST_TIMES).map(({ from, to, why }) => {
    const began = Date.parse(from);
    const spent =
      to === undefined ? "to the end of the watch" : showDuration(Date.parse(to) - began);
    return markup`${clock(began)}, ${spent}: ${why}<br>`;
  });
  const more = all.length - shown.length;
  return more > 0 ? [...shown, markup`<span class="faint">and ${more} more</span>`] : shown;
}

function spansText({ spans }: DnsReport): string {
  return spans
    .map(({ from, to }) => `from ${clock(Date.parse(from))} to ${clock(Date.parse(to))} UTC`)
    .join(" and ");
}

function unwatched(dns: DnsReport): Markup {
  const words = dns.unwatched.slice(0, 20).map(({ host, why }) => `${host} (${why})`);
  const more = dns.unwatched.length - words.length;
  return markup`<p>Not watched: ${words.join(", ")}${more > 0 ? ` and ${more} more` : ""}.</p>`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
