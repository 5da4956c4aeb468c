/** `runbook template`: what a template gives, with the values and types that a step would get. */
import { text as textOf } from "node:stream/consumers";
import { answer } from "../../jinja/index.ts";
import type { Answer, Asked } from "../../jinja/index.ts";
import { createRedactor } from "../../lib/redact.ts";
import { hostId } from "../../model/ids.ts";
import { EXIT } from "../exit-codes.ts";
import type { TemplateOptions } from "../options.ts";
import { readInventory } from "../sources.ts";
import { answerLines } from "../template-lines.ts";
import { noSuchHost, settingsFor, templateHosts } from "../template-world.ts";
import type { Terminal } from "../terminal.ts";

export async function template(
  expression: string | undefined,
  options: TemplateOptions,
  terminal: Terminal,
): Promise<number> {
  if (options.jsonl) return answerLines(options, terminal);
  if (expression === undefined) {
    terminal.err("Which template? Write it as an argument, or - to read it from standard input.\n");
    return EXIT.usage;
  }
  // Without an inventory the host is one that has no variables but `-e`.
  const inventory = options.inventory.length > 0 ? options.inventory : ["localhost,"];
  const read = await readInventory({ ...options, inventory }, process.cwd(), createRedactor());
  terminal.problems(read.problems);
  if (read.value === undefined) return EXIT.noHosts;
  const known = read.value.inventory;
  const host = options.host ?? known.hosts[0]?.name;
  if (host === undefined || !known.host(host)) {
    terminal.problems([noSuchHost(host)]);
    return EXIT.noHosts;
  }
  const hosts = templateHosts(known, process.cwd());
  const settings = settingsFor(read.value.vault, options, hosts, {});
  const asked = await askedBy(expression, options);
  return say(answer(asked, hosts.scopeOf(hostId(host), {}), settings), asked, terminal);
}

async function askedBy(expression: string, options: TemplateOptions): Promise<Asked> {
  if (expression !== "-")
    return { kind: options.kind ?? "value", template: expression, name: "<template>" };
  return { kind: options.kind ?? "text", template: await textOf(process.stdin), name: "<stdin>" };
}

function say(given: Answer, asked: Asked, terminal: Terminal): number {
  switch (given.kind) {
    case "problem":
      terminal.problems([given.diagnostic]);
      return EXIT.invalid;
    case "omitted":
      terminal.err("omit: the argument would be left out\n");
      return EXIT.done;
    case "rendered": {
      const ended = asked.kind === "text" && given.text.endsWith("\n");
      terminal.out(`${given.type === "str" ? given.text : given.json}${ended ? "" : "\n"}`);
      return EXIT.done;
    }
  }
}
