// The only door to ajv. Schemas that are known before there is a playbook are compiled by the build, because compiling
// the few that a playbook needs was a fifth of a start; the others when they are first needed.
import { createHash } from "node:crypto";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import type { Diagnostic, Outcome, Place } from "../model/diagnostic.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { Task } from "../model/playbook.ts";
import type { AnyStep } from "../model/step.ts";
import { explain } from "./explain.ts";
import { readyMade, type ReadyMade } from "./ready-made.ts";
import { paramsOf, strictSchema, type JsonSchema } from "./step-schema.ts";

/** One complaint of the validator, with all that is needed to say it better. */
export interface SchemaFault {
  /** Of the value that is wrong. */
  readonly path: readonly string[];
  readonly keyword: string;
  readonly params: { readonly [word: string]: unknown };
  /** The schema that holds the keyword. */
  readonly schema: JsonSchema;
  /** Where in the schema the keyword stands. */
  readonly schemaPath: string;
  readonly value: unknown;
  /** The complaint is about the last key of the path, not about what it holds. */
  readonly aboutKey: boolean;
}

const OPTIONS = {
  allErrors: true,
  verbose: true,
  strict: true,
  allowUnionTypes: true,
  logger: false,
  // Our own schemas are checked by tests, and what an author writes by a schema of ours. The words are ours too, and
  // each schema is used a few times only: what would make it faster costs more than it saves.
  validateSchema: false,
  meta: false,
  messages: false,
  code: { optimize: false },
} as const;

/** `filling` also writes the defaults of the schema into the value. */
export type Use = "checking" | "filling";

export const USES = {
  checking: OPTIONS,
  filling: { ...OPTIONS, useDefaults: true },
} as const;

interface Compiler {
  readonly use: Use;
  ajv: Ajv2020 | undefined;
  readonly compiled: WeakMap<JsonSchema, ReadyMade>;
}

const checking: Compiler = { use: "checking", ajv: undefined, compiled: new WeakMap() };
const filling: Compiler = { use: "filling", ajv: undefined, compiled: new WeakMap() };

/** Everything about a value that its schema forbids. */
export function faultsOf(schema: JsonSchema, value: Json): readonly SchemaFault[] {
  return run(checking, schema, value);
}

/** Rendered parameters of a task, complete with the defaults of its step. */
export function validateParams(
  step: AnyStep,
  rendered: JsonObject,
  task: Task,
): Outcome<JsonObject> {
  const params = structuredClone(rendered);
  const faults = run(filling, strictSchema(step), params);
  if (faults.length === 0) return { value: params, problems: [] };
  const places = task.action.kind === "step" ? task.action.places : {};
  const at = (path: readonly string[]): Place => places[path[0] ?? ""] ?? task.at;
  const problems = explain(faults, {
    root: step.name,
    at,
    isSecret: (path) => isSecretParam(step, path),
  });
  return { problems };
}

/** Why a schema that somebody wrote is not one; nothing when it is fine. */
export function schemaProblem(schema: JsonSchema): string | undefined {
  try {
    compiled(checking, schema);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    return thrown.message.replace(/^strict mode: /, "").replace(/ at "[^"]*" \(strict\w+\)$/, "");
  }
}

export function isSecretParam(step: AnyStep, path: readonly string[]): boolean {
  return paramsOf(step)[path[0] ?? ""]?.secret === true;
}

function run(compiler: Compiler, schema: JsonSchema, value: Json): readonly SchemaFault[] {
  const validate = compiled(compiler, schema);
  // What ajv wrote: its validators keep their complaints in `errors`.
  return validate(value) === true ? [] : ((validate.errors ?? []) as ErrorObject[]).map(fault);
}

function compiled(compiler: Compiler, schema: JsonSchema): ReadyMade {
  const known = compiler.compiled.get(schema);
  if (known !== undefined) return known;
  const validate = readyMade[keyOf(compiler.use, schema)]?.() ?? compile(compiler, schema);
  compiler.compiled.set(schema, validate);
  return validate;
}

function compile(compiler: Compiler, schema: JsonSchema): ValidateFunction {
  compiler.ajv ??= new Ajv2020(USES[compiler.use]);
  return compiler.ajv.compile(schema);
}

/** Of all that the schema says: one that was changed since is another one, and is compiled anew. */
export function keyOf(use: Use, schema: JsonSchema): string {
  return `${use} ${createHash("sha256").update(JSON.stringify(schema)).digest("base64url")}`;
}

function fault(error: ErrorObject): SchemaFault {
  const path = error.instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const { propertyName } = error;
  return {
    path: propertyName === undefined ? path : [...path, propertyName],
    keyword: error.keyword,
    params: error.params,
    schema: error.parentSchema ?? {},
    schemaPath: error.schemaPath,
    value: error.data,
    aboutKey: propertyName !== undefined,
  };
}

/** Sorted as they stand in the file; what is said twice about the same place is said once. */
export function inFileOrder(problems: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  const key = (problem: Diagnostic) =>
    `${problem.at?.file ?? ""}:${problem.at?.line ?? 0}:${problem.at?.column ?? 0}:${problem.code}:${problem.summary}`;
  return problems
    .filter((problem) => !seen.has(key(problem)) && seen.add(key(problem)))
    .toSorted(
      (one, other) =>
        (one.at?.line ?? 0) - (other.at?.line ?? 0) ||
        (one.at?.column ?? 0) - (other.at?.column ?? 0),
    );
}
