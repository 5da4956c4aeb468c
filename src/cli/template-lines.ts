/** `runbook template --jsonl`: one request a line, one answer a line, in order; for tests and editors. */
import type { Readable } from "node:stream";
import { answer, answerLine, readRequest } from "../jinja/index.ts";
import type { Answer, TemplateRequest } from "../jinja/index.ts";
import type { Outcome } from "../model/diagnostic.ts";
import { hostId } from "../model/ids.ts";
import type { VaultReader, VaultSecret } from "../vault/vault.ts";
import { vaultReader } from "../vault/vault.ts";
import { EXIT } from "./exit-codes.ts";
import type { TemplateOptions } from "./options.ts";
import { vaultSecrets } from "./secrets.ts";
import { readSettings } from "./settings.ts";
import {
  inventoryOfText,
  NO_HOSTS,
  noSuchHost,
  settingsFor,
  templateHosts,
} from "./template-world.ts";
import type { TemplateHosts } from "./template-world.ts";
import type { Terminal } from "./terminal.ts";

interface Desk {
  readonly options: TemplateOptions;
  readonly secrets: readonly VaultSecret[];
  readonly vault: VaultReader;
  /** Requests tend to share their inventory. */
  readonly inventories: Map<string, Promise<Outcome<TemplateHosts>>>;
}

export async function answerLines(options: TemplateOptions, terminal: Terminal): Promise<number> {
  const { value: secrets, problems } = await vaultSecrets(
    options,
    readSettings(process.env, process.cwd()),
  );
  terminal.problems(problems);
  if (secrets === undefined) return EXIT.invalid;
  const desk = { options, secrets, vault: vaultReader(secrets), inventories: new Map() };
  for await (const line of linesOf(process.stdin)) {
    if (line.trim() !== "") terminal.out(`${await lineFor(line, desk)}\n`);
  }
  return EXIT.done;
}

/** Ended by line feeds only: readline also splits at U+2028, which may stand in a text of JSON. */
async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  yield rest;
}

async function lineFor(line: string, desk: Desk): Promise<string> {
  const request = readRequest(line);
  if (typeof request !== "string") return answerLine(await answerTo(request, desk));
  const diagnostic = { code: "cli/template-line", severity: "error", summary: request } as const;
  return answerLine({ kind: "problem", diagnostic });
}

async function answerTo(request: TemplateRequest, desk: Desk): Promise<Answer> {
  const { vars, host } = request;
  const hosts = await hostsOf(request, desk);
  if (hosts.value === undefined) {
    const [diagnostic = noSuchHost(host)] = hosts.problems;
    return { kind: "problem", diagnostic };
  }
  const { value: world } = hosts;
  const known = host === undefined ? undefined : world.names.find((name) => name === host);
  if (host !== undefined && known === undefined)
    return { kind: "problem", diagnostic: noSuchHost(host) };
  const settings = settingsFor(desk.vault, desk.options, world, vars);
  const scope = world.scopeOf(known ?? hostId("localhost"), vars);
  const { kind, template } = request;
  return answer({ kind, template, name: "<template>" }, scope, settings);
}

function hostsOf({ inventory }: TemplateRequest, desk: Desk): Promise<Outcome<TemplateHosts>> {
  if (inventory === undefined) return Promise.resolve({ value: NO_HOSTS, problems: [] });
  const known = desk.inventories.get(inventory);
  if (known !== undefined) return known;
  const read = inventoryOfText(inventory, desk.secrets).then(({ value, problems }) => ({
    ...(value && { value: templateHosts(value, process.cwd()) }),
    problems,
  }));
  desk.inventories.set(inventory, read);
  return read;
}
