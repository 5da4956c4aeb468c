/** What one host-task changed, said and printed, as it stands under its line. */
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Json } from "../../model/json.ts";
import type { Change } from "../../model/step.ts";
import { diffLines, linesOf, valueText } from "../change-text.ts";
import type { TaskReport } from "../run-report.ts";
import type { Markup } from "./markup.ts";
import { markup } from "./markup.ts";
import { UNDO_WORDS } from "./words.ts";

const MOST_LINES = 300;
const MOST_LETTERS = 20_000;

export function detailsOf(task: TaskReport): Markup {
  const { diagnostic, message, irreversible, changes, output, hidden, undone } = task;
  return markup`${irreversible === undefined ? undefined : markup`<p><span class="warn">Point of no return:</span> ${irreversible}</p>`}${
    diagnostic && diagnosticOf(diagnostic)
  }${message === undefined ? undefined : markup`<pre>${message}</pre>`}${changes.map(changeOf)}${
    output === undefined ? undefined : outputOf(output)
  }${hidden && markup`<p class="faint">Changes and output are hidden, because the task says no_log.</p>`}${
    undone &&
    markup`<p><span class="${UNDO_WORDS[undone.outcome].tone}">${UNDO_WORDS[undone.outcome].text}</span></p>${
      undone.diagnostic && diagnosticOf(undone.diagnostic)
    }${(undone.changes ?? []).map(changeOf)}`
  }`;
}

export function diagnosticOf({ summary, code, hint, detail, at }: Diagnostic): Markup {
  const lines = (detail ?? []).join("\n");
  return markup`<p><span class="bad">${summary}</span> <code>${code}</code>${
    at && markup` <span class="faint">${at.file}:${at.line}:${at.column}</span>`
  }${hint === undefined ? undefined : markup`<br>What to do: ${hint}`}</p>${
    lines === "" ? undefined : markup`<pre tabindex="0">${clipped(lines)}</pre>`
  }`;
}

function changeOf({ what, before, after }: Change): Markup {
  const [old, young] = [linesOf(before), linesOf(after)];
  if (!old || !young || Math.max(old.length, young.length) <= 1)
    return markup`<p>${what}: <span class="bad">${valueText(before)}</span> → <span class="good">${valueText(after)}</span></p>`;
  const lines = diffLines(old, young);
  const shown = lines.slice(0, MOST_LINES).map(diffLine);
  const more = lines.length - shown.length;
  const word = before === null ? ", new" : after === null ? ", gone" : "";
  return markup`<details data-print><summary>${what}${word} <span class="faint">(${summaryOf(lines)})</span></summary><pre class="diff" tabindex="0">${shown}${
    more > 0 ? markup`<span>… ${more} more lines</span>` : undefined
  }</pre></details>`;
}

function diffLine(line: string): Markup {
  if (line.startsWith("+ ")) return markup`<span class="plus">${line}</span>`;
  return line.startsWith("- ")
    ? markup`<span class="minus">${line}</span>`
    : markup`<span>${line}</span>`;
}

function summaryOf(lines: readonly string[]): string {
  const count = (sign: string): number => lines.filter((line) => line.startsWith(sign)).length;
  return `${count("+ ")} lines added, ${count("- ")} removed`;
}

/** What every registered value has, or has twice. */
const PLAIN = new Set(["changed", "failed", "skipped", "stdout_lines", "stderr_lines"]);

function outputOf(output: Json): Markup {
  if (typeof output !== "object" || output === null || Array.isArray(output))
    return fold("Output", JSON.stringify(output, undefined, 2));
  const parts: Markup[] = [];
  const rest: [string, unknown][] = [];
  for (const [name, value] of Object.entries(output)) {
    if (PLAIN.has(name) || value === "") continue;
    if (name === "skip_reason" && typeof value === "string") {
      parts.push(markup`<p class="faint">${value}</p>`);
    } else if (typeof value === "string" && (name === "stdout" || name === "stderr")) {
      parts.push(fold(name === "stdout" ? "Standard output" : "Standard error", value));
    } else rest.push([name, value]);
  }
  if (rest.length > 0)
    parts.push(fold("What was seen", JSON.stringify(Object.fromEntries(rest), undefined, 2)));
  return markup`${parts}`;
}

function fold(title: string, text: string): Markup {
  const lines = text.replace(/\n$/, "").split("\n").length;
  return markup`<details><summary>${title} <span class="faint">(${lines === 1 ? "1 line" : `${lines} lines`})</span></summary><pre tabindex="0">${clipped(text)}</pre></details>`;
}

/** The end is what tells why. */
function clipped(text: string): string {
  const lines = text.split("\n");
  const cut = lines.length > MOST_LINES ? lines.slice(-MOST_LINES).join("\n") : text;
  const kept = cut.length > MOST_LETTERS ? cut.slice(-MOST_LETTERS) : cut;
  return kept.length === text.length ? text : `… (the beginning is in the JSON report)\n${kept}`;
}
