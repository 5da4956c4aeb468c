import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { secret } from "../model/command.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Inventory } from "../model/inventory.ts";
import type { VaultSecret } from "../vault/vault.ts";
import { graphText, hostAsJson, inventoryAsJson } from "./answers.ts";
import { inventoryFiles, type InventoryFiles } from "./files.ts";
import { jsonText } from "./json-text.ts";
import { loadInventory } from "./load.ts";
import { expandLimit, selectHosts } from "./select.ts";

/** Answers of ansible-inventory and `ansible --list-hosts`; test/fixtures/oracle/inventory/README.md has the format. */
interface OracleRun {
  readonly program: string;
  readonly args: readonly string[];
  readonly expect: {
    readonly status: number;
    readonly json?: unknown;
    readonly hosts?: readonly string[];
    readonly text?: string;
    readonly warnings?: readonly string[];
  };
}

const UNREADABLE = "a source that cannot be read is an error, not half an inventory";

/** Where we answer differently on purpose: `case`, or `case: arguments`. */
const DIFFERENCES: ReadonlyMap<string, string> = new Map([
  ["constructed-strict", "inventory plugins are not run, and the error says so"],
  ["toml", "inventories in TOML are not read, and the error says so"],
  ["ini-range-backward", "a range that runs backwards names no host: surely a slip"],
  ["ini-unquoted-template-tight", "Ansible swallows this INI file as YAML and has no host at all"],
  ["yaml-binary-value", "Ansible itself ends with an exception"],
  ["multi-limit-list: -i hosts --list --limit nope", "a limit that leaves no host is refused"],
  ["pattern-regex: ~( -i hosts --list-hosts", "a broken regular expression is an error"],
  ["yaml-types: -i h.yml --list", "dates stay text as they are written"],
]);

const root = join(import.meta.dirname, "../../test/fixtures/oracle/inventory/cases");

const runs = readdirSync(root).flatMap((id) => {
  const file = readFileSync(join(root, id, "case.json"), "utf8");
  const parsed: { runs: OracleRun[] } = JSON.parse(file);
  return parsed.runs.map((run) => ({ id, run, title: `${id}: ${run.args.join(" ")}` }));
});

/** Those that no other output format than JSON, text and host lists is asked of. */
const answered = runs.filter(({ run }) => !run.args.includes("--yaml"));
const isDifferent = (id: string, title: string) => DIFFERENCES.has(id) || DIFFERENCES.has(title);

describe("inventories are read as ansible-core reads them", () => {
  const same = answered.filter(({ id, title }) => !isDifferent(id, title));
  test.each(same.map((one) => [one.title, one] as const))("%s", async (_title, { id, run }) => {
    const answer = await ask(id, run);
    if (cannotRead(run)) {
      expect([answer.kind, UNREADABLE]).toEqual(["refused", UNREADABLE]);
      return;
    }
    if (run.expect.status !== 0) {
      expect(answer.kind).toBe("refused");
      return;
    }
    if (run.expect.hosts?.length === 0) {
      expect(answer).toMatchObject({ kind: "refused", codes: ["inventory/no-hosts"] });
      return;
    }
    expect(answer).toEqual({
      kind: "answer",
      value: run.expect.json ?? run.expect.hosts ?? run.expect.text,
    });
  });

  const different = answered.filter(({ id, title }) => isDifferent(id, title));
  test.each(different.map((one) => [one.title, one] as const))(
    "%s differs on purpose",
    async (_title, { id, run }) => {
      const answer = await ask(id, run);
      if (run.expect.hosts?.length === 0) {
        expect(answer).not.toMatchObject({ codes: ["inventory/no-hosts"] });
        return;
      }
      const expected = run.expect.json ?? run.expect.hosts ?? run.expect.text;
      expect(answer).not.toEqual({ kind: "answer", value: expected });
    },
  );
});

/** Ansible warns about a source that it cannot read and goes on. */
function cannotRead(run: OracleRun): boolean {
  return (run.expect.warnings ?? []).some((warning) => /^Unable to parse/.test(warning));
}

type Answer =
  | { readonly kind: "answer"; readonly value: unknown }
  | { readonly kind: "refused"; readonly codes: readonly string[] };

async function ask(id: string, run: OracleRun): Promise<Answer> {
  const options = parseArguments(run.args);
  const files = inventoryFiles(join(root, id, "tree"));
  const loaded = await loadInventory({
    sources: options.sources,
    playbookFolder: ".",
    extraVars: [],
    vaultSecrets: passwords(id, options.passwordFile),
    files,
  });
  if (loaded.value === undefined) return refused(loaded.problems);
  return run.program === "ansible"
    ? listHosts(loaded.value, options, files)
    : listInventory(loaded.value, options, files);
}

async function listHosts(
  inventory: Inventory,
  options: Options,
  files: InventoryFiles,
): Promise<Answer> {
  const limit = await expandLimit(options.limit, files);
  if (limit.value === undefined) return refused(limit.problems);
  const selected = selectHosts(inventory, options.pattern, limit.value);
  return selected.value === undefined
    ? refused(selected.problems)
    : { kind: "answer", value: selected.value };
}

async function listInventory(
  inventory: Inventory,
  options: Options,
  files: InventoryFiles,
): Promise<Answer> {
  if (options.host !== undefined) {
    const host = inventory.host(options.host);
    if (host === undefined) return { kind: "refused", codes: ["no such host"] };
    return json(hostAsJson(inventory, host.name, options));
  }
  if (options.graph) {
    const text = graphText(inventory, {
      vars: options.vars,
      ...(options.pattern === "" ? {} : { top: options.pattern }),
    });
    return { kind: "answer", value: text };
  }
  if (options.limit === "") return json(inventoryAsJson(inventory, options));
  const limit = await expandLimit(options.limit, files);
  const only = selectHosts(inventory, "all", limit.value);
  return only.value === undefined
    ? refused(only.problems)
    : json(inventoryAsJson(inventory, { ...options, only: only.value }));
}

function json(value: Parameters<typeof jsonText>[0]): Answer {
  return { kind: "answer", value: JSON.parse(marked(jsonText(value))) };
}

/** What JSON cannot say is marked as in the fixtures. */
function marked(text: string): string {
  return text.replaceAll(/: (-?Infinity|NaN)/g, ': {"__type": "float", "text": "$1"}');
}

function refused(problems: readonly Diagnostic[]): Answer {
  const errors = problems.filter((problem) => problem.severity === "error");
  return { kind: "refused", codes: errors.map((problem) => problem.code) };
}

interface Options {
  sources: string[];
  pattern: string;
  limit: string;
  host?: string;
  passwordFile?: string;
  export: boolean;
  graph: boolean;
  vars: boolean;
}

function parseArguments(args: readonly string[]): Options {
  const options: Options = {
    sources: [],
    pattern: "",
    limit: "",
    export: false,
    graph: false,
    vars: false,
  };
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "-i") options.sources.push(rest.shift() ?? "");
    else if (word === "--limit") options.limit = rest.shift() ?? "";
    else if (word === "--host") options.host = rest.shift() ?? "";
    else if (word === "--vault-password-file") options.passwordFile = rest.shift() ?? "";
    else if (word === "--export") options.export = true;
    else if (word === "--graph") options.graph = true;
    else if (word === "--vars") options.vars = true;
    else if (!word.startsWith("--list")) options.pattern = word;
  }
  return options;
}

function passwords(id: string, file: string | undefined): readonly VaultSecret[] {
  if (file === undefined) return [];
  const text = readFileSync(join(root, id, "tree", file), "utf8");
  return [{ label: "", password: secret(text.trim()) }];
}

test("every difference is about a case that exists", () => {
  const known = new Set(runs.flatMap(({ id, title }) => [id, title]));
  const unknown = [...DIFFERENCES.keys()].filter((key) => !known.has(key));
  expect(unknown).toEqual([]);
});
