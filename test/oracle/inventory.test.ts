import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import { runbookHere } from "../helpers/in-process.ts";

jest.setTimeout(60_000);

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

/** Where we answer differently on purpose: `case`, or `case: arguments`; docs/reference/ansible-differences.md has them. */
const DIFFERENCES: ReadonlyMap<string, string> = new Map([
  ["toml", "inventories in TOML are not read, and the error says so"],
  ["ini-unquoted-template-tight", "Ansible swallows this INI file as YAML and has no host at all"],
  ["ini-range-backward", "a range that runs backwards names no host: surely a slip"],
  ["multi-limit-list: -i hosts --list --limit nope", "a limit that leaves no host is refused"],
  ["pattern-regex: ~( -i hosts --list-hosts", "a broken regular expression is an error"],
]);

/** Answered, and otherwise than Ansible; the same list. */
const OTHERWISE: ReadonlyMap<string, string> = new Map([
  [
    "vault-value: -i hosts --list --yaml --vault-password-file vault-password",
    "YAML is written without anchors",
  ],
]);

const root = join(import.meta.dirname, "../fixtures/oracle/inventory/cases");

const runs = readdirSync(root).flatMap((id) => {
  const file = readFileSync(join(root, id, "case.json"), "utf8");
  const parsed: { runs: OracleRun[] } = JSON.parse(file);
  return parsed.runs.map((run) => ({ id, run, title: `${id}: ${run.args.join(" ")}` }));
});

const isDifferent = (id: string, title: string) => DIFFERENCES.has(id) || DIFFERENCES.has(title);
const same = runs.filter(({ id, title }) => !isDifferent(id, title) && !OTHERWISE.has(title));

describe("the command line answers as ansible-core does", () => {
  test.each(same.map((one) => [one.title, one] as const))("%s", async (_title, { id, run }) => {
    const folder = join(root, id, "tree");
    const { code, out } = await runbookHere(ours(run), folder);
    if (cannotRead(run)) {
      expect([code, out]).toEqual([16, ""]);
    } else if (run.expect.status !== 0 || run.expect.hosts?.length === 0) {
      expect([15, 16]).toContain(code);
      expect(out).toBe("");
    } else {
      expect(answerIn(out, run, folder)).toEqual(wanted(run));
      expect(code).toBe(0);
    }
  });

  test.each(
    runs.filter(({ id, title }) => isDifferent(id, title)).map((one) => [one.title, one] as const),
  )("%s is refused on purpose", async (_title, { id, run }) => {
    const { code, out, err } = await runbookHere(ours(run), join(root, id, "tree"));
    expect([15, 16]).toContain(code);
    expect([out, err]).toEqual(["", expect.stringContaining("error:")]);
  });

  test.each(
    runs.filter(({ title }) => OTHERWISE.has(title)).map((one) => [one.title, one] as const),
  )("%s is answered otherwise on purpose", async (_title, { id, run }) => {
    const folder = join(root, id, "tree");
    const { code, out } = await runbookHere(ours(run), folder);
    expect(code).toBe(0);
    expect(answerIn(out, run, folder)).not.toEqual(wanted(run));
  });

  test("every difference is about a case that exists", () => {
    const known = new Set(runs.flatMap(({ id, title }) => [id, title]));
    const named = [...DIFFERENCES.keys(), ...OTHERWISE.keys()];
    expect(named.filter((key) => !known.has(key))).toEqual([]);
  });
});

describe("with Ansible's leniency, half of a bad file is half of the inventory, as there", () => {
  const answered = runs.filter(
    ({ id, title, run }) =>
      run.expect.status === 0 &&
      run.expect.hosts === undefined &&
      id !== "toml" &&
      !OTHERWISE.has(title),
  );
  test.each(answered.map((one) => [one.title, one] as const))("%s", async (_title, { id, run }) => {
    const folder = join(root, id, "tree");
    const { code, out } = await runbookHere([...ours(run), "--lenient"], folder);
    expect(answerIn(out, run, folder)).toEqual(wanted(run));
    expect(code).toBe(0);
  });
});

/** Ansible warns about a source that it cannot read and goes on. */
function cannotRead(run: OracleRun): boolean {
  return (run.expect.warnings ?? []).some((warning) => /^Unable to parse/.test(warning));
}

function ours({ program, args }: OracleRun): readonly string[] {
  if (program !== "ansible") return ["inventory", ...args];
  const pattern = args.find(
    (word, index) => !word.startsWith("-") && !["-i", "--limit"].includes(args[index - 1] ?? ""),
  );
  const rest = args.filter((word) => word !== pattern && word !== "--list-hosts");
  return ["inventory", ...rest, `--list-hosts=${pattern ?? ""}`];
}

function wanted({ expect: { json, hosts, text } }: OracleRun): unknown {
  return json ?? hosts ?? text;
}

function answerIn(out: string, run: OracleRun, folder: string): unknown {
  if (run.expect.json !== undefined) return JSON.parse(marked(out));
  if (run.expect.hosts !== undefined) return out.split("\n").filter((line) => line !== "");
  return out.replaceAll(folder, "{dir}");
}

/** What JSON cannot say is marked as in the fixtures. */
function marked(text: string): string {
  return text.replaceAll(/: (-?Infinity|NaN)/g, ': {"__type": "float", "text": "$1"}');
}
