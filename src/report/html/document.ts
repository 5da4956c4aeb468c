/**
 * One file that says everything about a run and asks nobody: no network, no fonts, no images. Its policy lets the browser
 * run this script and this style and nothing else, whatever a host printed.
 */
import { createHash } from "node:crypto";
import type { Outline } from "../outline.ts";
import type { RunReport } from "../run-report.ts";
import { taskId } from "../../model/ids.ts";
import { availability } from "./availability.ts";
import { markup } from "./markup.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";
import { changes, decisions, facts, head, marks } from "./summary.ts";
import { tasksOf } from "./tasks.ts";
import { hostTable } from "./timeline.ts";
import { verdictOf } from "./words.ts";

export function htmlReport(report: RunReport, outline: Pick<Outline, "task">): string {
  const order = (task: string): number => outline.task(taskId(task))?.order ?? Infinity;
  const policy = [
    "default-src 'none'",
    `style-src '${hash(STYLE)}'`,
    `script-src '${hash(SCRIPT)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${{ html: policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${report.playbook.name}: ${verdictOf(report).text}, ${report.run}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<a class="skip" href="#tasks">To the tasks</a>
<header>
${head(report)}
</header>
<main>
<h2 id="summary">Summary</h2>
${facts(report)}
<h2 id="hosts">Hosts</h2>
<div class="controls" hidden><label>Only hosts with <input type="search" aria-describedby="filter-count" placeholder="part of a name (/)"></label> <output id="filter-count"></output> <button type="button" value="open">Open all tasks</button> <button type="button" value="close">Close all tasks</button></div>
${hostTable(report)}
${report.dns && availability(report.dns)}<h2 id="changes">What changed</h2>
${changes(report)}
<h2 id="decisions">Decisions</h2>
${decisions(report)}
${report.marks.length > 0 ? marks(report) : undefined}
<section id="tasks" aria-label="Tasks" tabindex="-1">
<h2>Tasks</h2>
${tasksOf(report, order)}</section>
</main>
<script>${{ html: SCRIPT }}</script>
</body>
</html>
`.html;
}

function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
