import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Json, JsonObject } from "../model/json.ts";
import type { EarlierTask } from "../model/step.ts";
import { isValueMap, WholeFloat, type Value } from "../model/value.ts";
import { readYaml } from "../yaml/read.ts";

/** What a command on the host of a case answers. */
export interface CaseAnswer {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly code?: number;
  /** Instead of an answer: the connection is lost, the command gets a signal, or gives no answer in time. */
  readonly ends?: "connection-lost" | "signalled" | "timed-out" | "vanished";
}

/** What a TCP port of the host of a case answers; `…` in `request` stands for any text. */
export interface CaseDial {
  readonly request?: string;
  readonly response?: string;
  readonly refused?: string;
}

/** A command that must be sent; `stdin` where it matters. `…` stands for any text. */
export interface CaseCommand {
  readonly run: string;
  readonly stdin?: string;
}

/**
 * One file `cases/*.yaml`. What is expected is a part of what must be there: keys that are not named may hold anything,
 * lists have to match item by item, and `…` inside an expected text stands for any text.
 */
export interface StepCase {
  readonly title: string;
  readonly file: string;
  readonly params: JsonObject;
  /**
   * A table host: rendered command → its answer, or a list of answers for one call after the other (the last one
   * repeats). `…` in a command stands for any text; the first row that fits is taken.
   */
  readonly host: { readonly [command: string]: CaseAnswer | readonly CaseAnswer[] };
  /** `address:port` → what it answers, a connection after the other. */
  readonly dial: { readonly [endpoint: string]: CaseDial | readonly CaseDial[] };
  /**
   * Instead of `host`: shell text that sets up a real folder, `$ROOT` here and everywhere else in the case. The step then
   * runs on a real local shell, and the laws of undo are checked on that folder.
   */
  readonly arrange?: string;
  /** With `arrange`: shell text → what it prints when the step was applied. */
  readonly leaves: { readonly [command: string]: string };

  readonly files: { readonly [path: string]: string };
  readonly vars: JsonObject;
  /** Bare expression → its value, for steps that evaluate. */
  readonly evaluates: JsonObject;
  readonly facts: JsonObject;
  readonly earlier: { readonly [task: string]: EarlierTask };
  readonly pins?: Json;
  readonly address: string;
  /** Milliseconds since 1970; sleeping moves it. */
  readonly now: number;

  /** Of a changing step: a part of what `check` answers, or `{problem: {…}}` for a StepProblem. */
  readonly check?: Json;
  readonly prepare?: readonly CaseCommand[];
  readonly prepared?: Json;
  /** Every command that `apply` sends with `change` or `job`, in order; `applied` is a part of its answer. */
  readonly apply?: readonly CaseCommand[];
  readonly applied?: Json;
  /** The same for undo. `record` and `left` replace what check and apply of this case yielded; `left: null` is undefined. */
  readonly undo?: readonly CaseCommand[];
  readonly undone?: Json;
  readonly record?: Json;
  readonly left?: Json;
  /** Of a reading step: a part of what `observe` returns, and of its verdict. */
  readonly observe?: Json;
  readonly verdict?: Json;
}

const KEYS: ReadonlySet<string> = new Set(
  `title params host dial arrange leaves files vars evaluates facts earlier pins address now
  check prepare prepared apply applied undo undone record left observe verdict`.split(/\s+/),
);

/** The cases of a step's folder, by file name. A folder without cases is an error: it would be an untested step. */
export function caseFiles(folder: string): readonly StepCase[] {
  const cases = join(folder, "cases");
  const names = readdirSync(cases).filter((name) => name.endsWith(".yaml"));
  if (names.length === 0) throw new Error(`${cases} holds no *.yaml`);
  return names.toSorted().map((name) => readCase(readFileSync(join(cases, name), "utf8"), name));
}

/** Throws with the place of the first mistake: a case that says something unexpected must not pass by being ignored. */
export function readCase(text: string, file: string): StepCase {
  const read = readYaml(text, file, { duplicateKeys: "error" });
  if (read.value === undefined) {
    const said = read.problems.map((one) => `${file}:${one.at?.line ?? 0}: ${one.summary}`);
    throw new Error(said.join("\n"));
  }
  const body = asObject(plainJson(read.value.value), file);
  for (const key of Object.keys(body)) {
    if (!KEYS.has(key)) throw new Error(`${file}: "${key}" is not a key of a case`);
  }
  const section = (key: string): JsonObject => asObject(body[key] ?? {}, `${file}: ${key}`);
  const optional = (key: string) => (key in body ? { [key]: body[key] as Json } : {});
  const commands = (key: string) => (key in body ? { [key]: commandList(body[key] ?? []) } : {});
  const title = body["title"];
  if (typeof title !== "string") throw new Error(`${file}: title is missing`);
  if ("arrange" in body && "host" in body) throw new Error(`${file}: arrange and host exclude`);
  return {
    title,
    file,
    params: section("params"),
    host: section("host") as StepCase["host"],
    dial: section("dial") as StepCase["dial"],
    ...(typeof body["arrange"] === "string" ? { arrange: body["arrange"] } : {}),
    leaves: section("leaves") as StepCase["leaves"],
    files: section("files") as StepCase["files"],
    vars: section("vars"),
    evaluates: section("evaluates"),
    facts: section("facts"),
    earlier: section("earlier") as unknown as StepCase["earlier"],
    address: typeof body["address"] === "string" ? body["address"] : "host.example",
    now: typeof body["now"] === "number" ? body["now"] : Date.UTC(2026, 10, 22, 20),
    ...optional("pins"),
    ...optional("check"),
    ...commands("prepare"),
    ...optional("prepared"),
    ...commands("apply"),
    ...optional("applied"),
    ...commands("undo"),
    ...optional("undone"),
    ...optional("record"),
    ...optional("left"),
    ...optional("observe"),
    ...optional("verdict"),
  };
}

/** The same case with `$ROOT` replaced everywhere, keys included. */
export function rooted(of: StepCase, root: string): StepCase {
  const text = JSON.stringify(of).replaceAll("$ROOT", JSON.stringify(root).slice(1, -1));
  return JSON.parse(text) as StepCase;
}

function commandList(written: Json): readonly CaseCommand[] {
  if (!Array.isArray(written)) throw new Error("expected commands are a list");
  return (written as readonly Json[]).map((one) =>
    typeof one === "string" ? { run: one } : (asObject(one, "command") as unknown as CaseCommand),
  );
}

function asObject(value: Json, where: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as JsonObject;
  }
  throw new Error(`${where}: expected a mapping`);
}

function plainJson(value: Value): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return value;
  if (value instanceof WholeFloat) return value.number;
  if (Array.isArray(value)) return (value as readonly Value[]).map(plainJson);
  if (isValueMap(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plainJson(part)]));
  }
  throw new Error("a case holds plain YAML only");
}
