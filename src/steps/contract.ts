// What every step promises, as tests. Test support: nothing that ships imports it.
// The laws: check∘apply = satisfied · undo∘apply = as before · undo∘undo = undo · a record survives JSON.
import { spawnSync } from "node:child_process";
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { hostId } from "../model/ids.ts";
import type { Json, JsonObject } from "../model/json.ts";
import { StepProblem, type AnyStep, type Check, type StepTools } from "../model/step.ts";
import type { HostSession } from "../model/transport.ts";
import { caseFiles, rooted, type CaseCommand, type StepCase } from "./case-file.ts";
import { caseTools } from "./case-tools.ts";
import { differences, fits, fitsCommand } from "./expected.ts";
import { localHost } from "./local-host.ts";
import { tableHost } from "./table-host.ts";

type AnyReading = Extract<AnyStep, { kind: "reading" }>;
type AnyChanging = Extract<AnyStep, { kind: "changing" }>;

export interface ContractOptions {
  /** Replaces tools for all cases of the folder, a DNS client for example. */
  readonly tools?: Partial<StepTools>;
}

/** Registers one test for each `cases/*.yaml` in a step's folder. */
export function stepContract(step: AnyStep, folder: string, options: ContractOptions = {}): void {
  describe(step.name, () => {
    test.each(caseFiles(folder).map((of) => ({ name: `${of.title} (${of.file})`, of })))(
      "$name",
      ({ of }) => playCase(step, of, options),
      // Real disks are slow when they are asked to be sure.
      30_000,
    );
  });
}

/** Plays one case against a step and expects everything that it says. */
export async function playCase(
  step: AnyStep,
  of: StepCase,
  options: ContractOptions = {},
): Promise<void> {
  if (of.arrange !== undefined) return inFolder(of, (inside) => playLaws(step, inside, options));
  const host = tableHost(of);
  const tools = { ...caseTools(of), ...options.tools };
  if (step.kind === "reading") await playReading(step, of, host, tools);
  else await playChanging(step, of, { host, tools, takeWrites: () => host.takeWrites() });
}

/** Parameters as the engine hands them over: with the defaults of the schema. */
export function completeParams(step: AnyStep, params: JsonObject): JsonObject {
  const schema: { readonly [name: string]: { readonly default?: Json } } = step.params;
  const defaults = Object.entries(schema).flatMap(([name, { default: value }]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(defaults), ...params };
}

async function playReading(
  step: AnyReading,
  of: StepCase,
  host: HostSession,
  tools: StepTools,
): Promise<void> {
  const params = completeParams(step, of.params);
  const seen = await orProblem(() => step.observe(host, params, tools));
  if (of.observe !== undefined) expectPart(of.observe, seen);
  if (of.verdict === undefined) return;
  if (isProblem(seen)) throw new Error(`it gave up: ${JSON.stringify(seen)}`);
  const sighting = { host: hostId("host"), params, seen: throughJson(seen) };
  const view = {
    fleet: [sighting.host],
    atGoal: new Set<never>(),
    judged: new Set([sighting.host]),
    scope: "host",
  } as const;
  const verdicts = step.judge([sighting], view);
  expect(verdicts).toHaveLength(1);
  expectPart(of.verdict, verdicts[0] as unknown as Json);
}

interface Surroundings {
  readonly host: HostSession;
  readonly tools: StepTools;
  readonly takeWrites: () => readonly CaseCommand[];
}

async function playChanging(
  step: AnyChanging,
  of: StepCase,
  { host, tools, takeWrites }: Surroundings,
): Promise<void> {
  const params = completeParams(step, of.params);
  let record = of.record;
  let left: Json | undefined = of.left ?? undefined;
  if (of.check !== undefined) {
    const check = await orProblem(() => step.check(host, params, tools));
    expectPart(of.check, check as unknown as Json);
    expect(takeWrites()).toEqual([]);
    if (!isProblem(check)) record ??= recordOf(check);
  }
  if (of.prepare !== undefined || of.prepared !== undefined) {
    if (step.prepare === undefined) throw new Error(`${step.name} has no prepare`);
    const prepared = await orProblem(() => step.prepare?.(host, params, tools));
    if (of.prepared !== undefined) expectPart(of.prepared, prepared as unknown as Json);
    if (of.prepare !== undefined) expectCommands(of.prepare, takeWrites());
  }
  if (of.apply !== undefined || of.applied !== undefined) {
    takeWrites();
    const taken = record === undefined ? undefined : throughJson(record);
    const withRecord = { ...tools, record: () => taken };
    const applied = await orProblem(() => step.apply(host, params, withRecord));
    if (of.applied !== undefined) expectPart(of.applied, applied as unknown as Json);
    if (of.apply !== undefined) expectCommands(of.apply, takeWrites());
    if (of.left === undefined && !isProblem(applied) && applied.kind === "done") {
      left = throughJson(applied.after as Json);
    }
  }
  if (of.undo !== undefined || of.undone !== undefined) {
    takeWrites();
    if (record === undefined) throw new Error("the case has no record to undo from");
    const from = throughJson(record);
    const undone = await orProblem(() => step.undo(host, from, left, tools));
    if (of.undone !== undefined) expectPart(of.undone, undone as unknown as Json);
    if (of.undo !== undefined) expectCommands(of.undo, takeWrites());
  }
}

/** A case on a real folder: what it expects, and then the laws, whatever it expects. */
async function playLaws(step: AnyStep, of: StepCase, options: ContractOptions): Promise<void> {
  const root = of.vars["ROOT"] as string;
  // Kept things are not part of the folder that must come back, and not of this machine either.
  const host = localHost({ RUNBOOK_RECORDS: `${root}.records` });
  const tools = { ...caseTools(of), ...options.tools };
  if (step.kind === "reading") return playReading(step, of, host, tools);
  const params = completeParams(step, of.params);
  const before = treeOf(root);
  const check = await orProblem(() => step.check(host, params, tools));
  expectPart(of.check ?? { kind: "pending" }, check as unknown as Json);
  expect(treeOf(root)).toEqual(before);
  if (isProblem(check) || check.kind !== "pending") return;

  if (step.prepare !== undefined) {
    const prepared = await step.prepare(host, params, tools);
    expectPart(of.prepared ?? { kind: "done" }, prepared as unknown as Json);
    expect(treeOf(root)).toEqual(before);
  }
  const applied = await orProblem(() => step.apply(host, params, tools));
  expectPart(of.applied ?? { kind: "done", changed: true }, applied as unknown as Json);
  expectLeaves(of);
  if (isProblem(applied) || applied.kind !== "done") return;
  const after = treeOf(root);
  expect(await step.check(host, params, tools)).toMatchObject({ kind: "satisfied" });
  expect(treeOf(root)).toEqual(after);

  const record = recordOf(check);
  if (record === undefined) return;
  const survived = throughJson(record);
  expect(survived).toEqual(record);
  const left = throughJson(applied.after as Json);
  const undone = await orProblem(() => step.undo(host, survived, left, tools));
  expectPart(of.undone ?? { kind: "done" }, undone as unknown as Json);
  if (isProblem(undone) || undone.kind !== "done") return;
  expect(treeOf(root)).toEqual(before);
  expect(await step.undo(host, survived, left, tools)).toEqual({ kind: "already" });
  expect(treeOf(root)).toEqual(before);

  // The controller was lost before it saw the outcome: the way back has to work without `left`.
  if (step.prepare !== undefined) await step.prepare(host, params, tools);
  await step.apply(host, params, tools);
  expect(await step.undo(host, survived, undefined, tools)).toEqual({ kind: "done" });
  expect(treeOf(root)).toEqual(before);
}

async function inFolder(of: StepCase, play: (inside: StepCase) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "runbook-case-"));
  try {
    const inside = rooted({ ...of, vars: { ...of.vars, ROOT: "$ROOT" } }, root);
    shell(inside.arrange ?? "");
    await play(inside);
  } finally {
    rmSync(root, { recursive: true, force: true });
    rmSync(`${root}.records`, { recursive: true, force: true });
  }
}

function expectLeaves(of: StepCase): void {
  for (const [command, expected] of Object.entries(of.leaves)) {
    const printed = shell(command);
    if (!fits(expected, printed)) expect({ [command]: printed }).toEqual({ [command]: expected });
  }
}

function shell(text: string): string {
  const done = spawnSync("sh", ["-ec", `umask 022\n${text}`], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  if (done.status !== 0) throw new Error(`${text}\n${done.stderr}`);
  return done.stdout;
}

/** Everything about a folder that must come back: types, owners, modes, contents, link targets; not times. */
function treeOf(folder: string): JsonObject {
  const found: { [path: string]: Json } = {};
  const visit = (path: string) => {
    const stat = lstatSync(path);
    const common = { mode: stat.mode.toString(8), uid: stat.uid, gid: stat.gid };
    if (stat.isSymbolicLink()) found[path] = { ...common, target: readlinkSync(path) };
    else if (stat.isFile()) {
      found[path] = { ...common, links: stat.nlink, bytes: readFileSync(path, "base64") };
    } else if (stat.isDirectory()) {
      found[path] = common;
      for (const name of readdirSync(path)) visit(join(path, name));
    } else found[path] = common;
  };
  visit(folder);
  return found;
}

interface Problem {
  readonly problem: JsonObject;
}

async function orProblem<T>(act: () => Promise<T> | undefined): Promise<T | Problem> {
  try {
    return (await act()) as T;
  } catch (thrown) {
    if (!(thrown instanceof StepProblem)) throw thrown;
    const { kind, diagnostic } = thrown;
    return { problem: { kind, ...(throughJson(diagnostic as unknown as Json) as JsonObject) } };
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "problem" in value;
}

function recordOf(check: Check<Json>): Json | undefined {
  if (check.kind !== "pending") return undefined;
  return check.undo.kind === "reversible" ? check.undo.record : undefined;
}

function throughJson(value: Json): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

function expectPart(expected: Json, actual: unknown): void {
  const found = differences(expected, actual as Json);
  if (found.length > 0)
    throw new Error(`${found.join("\n")}\n\nall of it: ${JSON.stringify(actual, null, 2)}`);
}

function expectCommands(expected: readonly CaseCommand[], sent: readonly CaseCommand[]): void {
  const same =
    expected.length === sent.length &&
    expected.every((one, index) => {
      const other = sent[index];
      return (
        other !== undefined &&
        fitsCommand(one.run, other.run) &&
        (one.stdin === undefined || fits(one.stdin, other.stdin ?? ""))
      );
    });
  if (!same) expect(sent).toEqual(expected);
}
