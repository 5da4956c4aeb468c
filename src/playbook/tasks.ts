import { didYouMean } from "../lib/did-you-mean.ts";
import type { Place } from "../model/diagnostic.ts";
import { taskId } from "../model/ids.ts";
import type { Loop, Retry, Task, TaskAction } from "../model/playbook.ts";
import type { AnyStep, StepRegistry } from "../model/step.ts";
import { isValueMap, UnsafeText, type Value, type ValueMap } from "../model/value.ts";
import { ansibleKeyword, ansibleModule } from "./ansible-words.ts";
import { defined } from "./defined.ts";
import { explain } from "./explain.ts";
import { taskKeywords, UNDO_KEYWORDS } from "./frame.ts";
import { plain } from "./plain.ts";
import { say, valueAt, type Source, type YamlPath } from "./source.ts";
import { structuralSchema, type JsonSchema } from "./step-schema.ts";
import { faultsOf, isSecretParam } from "./validate.ts";

export type Section = "goal" | "preflight" | "before_host" | "phases" | "after_host" | "rollback";

/** A task together with what the checks need and the model does not. */
export interface WrittenTask {
  readonly task: Task;
  readonly path: YamlPath;
  readonly section: Section;
  /** Absent for `undo:` and for steps that do not exist. */
  readonly step?: AnyStep;
  /** The key that names the step, as written. */
  readonly stepKey?: string;
  /** `probe` and `inverse` stand inside the task that they belong to. */
  readonly role: "task" | "probe" | "inverse";
}

/** Where a task stands: its automatic id, and what it is there for. */
export interface Position {
  readonly path: YamlPath;
  readonly id: string;
  readonly section: Section;
  readonly role: WrittenTask["role"];
}

const NESTED: JsonSchema = { type: "object" };
const KEYWORDS = taskKeywords(NESTED);
// Keys are judged here, not by the schema: whether one is a step depends on all the others.
const TASK: JsonSchema = { title: "task", type: "object", properties: KEYWORDS };

/** Reads a task and those inside it, first the task itself. Says everything that is wrong with it alone. */
export function readTask(
  source: Source,
  steps: StepRegistry,
  position: Position,
): readonly WrittenTask[] {
  const value = valueAt(source, position.path);
  if (!isValueMap(value)) return [];
  const at = source.at(position.path);
  source.problems.push(
    ...explain(faultsOf(TASK, plain(value)), {
      root: "the task",
      at: (path, part) => source.at([...position.path, ...path], part),
      written: (path) => source.written([...position.path, ...path]),
      knownElsewhere: ansibleKeyword,
    }),
  );
  const key = stepKey(source, steps, position.path, value);
  const id = taskId(text(value["id"]) ?? position.id);
  const action: TaskAction =
    key === "undo"
      ? readUndo(source, position.path, value)
      : readStep(source, steps, [...position.path, ...(key === undefined ? [] : [key])], key);
  const probe = inner(source, steps, { ...position, id: `${id}.probe`, role: "probe" });
  const inverse = inner(source, steps, { ...position, id: `${id}.inverse`, role: "inverse" });
  const step = action.kind === "step" ? steps.get(action.step) : undefined;
  const task: Task = {
    id,
    name: text(value["name"]) ?? nameOf(action),
    at,
    action,
    ...keywords(value),
    ...(probe[0] === undefined ? {} : { probe: probe[0].task }),
    ...(value["inverse"] === "none"
      ? { inverse: "none" }
      : inverse[0] === undefined
        ? {}
        : { inverse: inverse[0].task }),
  };
  const written: WrittenTask = {
    task,
    path: position.path,
    section: position.section,
    role: position.role,
    ...(step === undefined ? {} : { step }),
    ...(key === undefined ? {} : { stepKey: key }),
  };
  return [written, ...probe, ...inverse];
}

function inner(source: Source, steps: StepRegistry, position: Position): readonly WrittenTask[] {
  const path = [...position.path, position.role];
  return isValueMap(valueAt(source, path)) ? readTask(source, steps, { ...position, path }) : [];
}

/** The key of a task that names its step. Says which keys are neither keyword nor step. */
function stepKey(
  source: Source,
  steps: StepRegistry,
  path: YamlPath,
  task: ValueMap,
): string | undefined {
  const keys = Object.keys(task).filter((key) => !Object.hasOwn(KEYWORDS, key));
  const isStep = (key: string) => key === "undo" || steps.has(shortName(key));
  const [first, second] = keys.filter(isStep);
  if (second !== undefined) {
    say(source, source.at([...path, second], "key"), {
      code: "playbook/several-steps",
      summary: `a task has one step, and this one has "${first ?? ""}" and "${second}"`,
      hint: `Write "${second}" as a task of its own.`,
    });
  }
  let excused = first !== undefined;
  for (const key of keys.filter((other) => !isStep(other))) {
    const at = source.at([...path, key], "key");
    const elsewhere = ansibleKeyword("task", key);
    const module = first === undefined ? ansibleModule(key) : undefined;
    excused = true;
    if (elsewhere !== undefined)
      say(source, at, { code: "playbook/ansible-keyword", ...elsewhere });
    else if (module !== undefined) say(source, at, { code: "playbook/ansible-step", ...module });
    else if (first === undefined) unknownStep(source, steps, at, key);
    else unknownKeyword(source, at, key);
  }
  if (!excused) {
    say(source, source.at(path), {
      code: "playbook/no-step",
      summary: "this task does nothing: it has no step",
      hint: "Add the step and its parameters, for example `service: { name: pdns, state: started }`.",
    });
  }
  return first;
}

function unknownStep(source: Source, steps: StepRegistry, at: Place, key: string): void {
  const meant = didYouMean(shortName(key), steps.keys());
  const keyword = meant === undefined ? didYouMean(key, Object.keys(KEYWORDS)) : undefined;
  say(source, at, {
    code: keyword === undefined ? "playbook/unknown-step" : "playbook/unknown-key",
    summary: keyword === undefined ? `unknown step "${key}"` : `unknown task keyword "${key}"`,
    hint:
      (meant ?? keyword) === undefined
        ? "`runbook doc --list` shows all steps."
        : `Did you mean "${meant ?? keyword ?? ""}"?`,
  });
}

function unknownKeyword(source: Source, at: Place, key: string): void {
  const meant = didYouMean(key, Object.keys(KEYWORDS));
  say(source, at, {
    code: "playbook/unknown-key",
    summary: `unknown task keyword "${key}"`,
    hint:
      meant === undefined
        ? "A task has one step and keywords such as name, when, register; parameters stand under the step."
        : `Did you mean "${meant}"?`,
  });
}

function shortName(key: string): string {
  return key.startsWith("ansible.builtin.") ? key.slice("ansible.builtin.".length) : key;
}

function readStep(
  source: Source,
  steps: StepRegistry,
  path: YamlPath,
  key: string | undefined,
): TaskAction {
  const name = shortName(key ?? "");
  const step = steps.get(name);
  if (step === undefined) return { kind: "step", step: name, params: {}, places: {} };
  const written = valueAt(source, path) ?? null;
  const { shorthand } = step;
  if (isValueMap(written) || written === null) {
    const params = written ?? {};
    judgeParams(source, step, params, path);
    const places = Object.keys(params).map((param): [string, Place] => [
      param,
      source.at([...path, param]),
    ]);
    return { kind: "step", step: name, params, places: Object.fromEntries(places) };
  }
  const pair = typeof written === "string" ? keyEqualsValue(step, written) : undefined;
  if (pair === undefined && shorthand !== undefined && !Array.isArray(written)) {
    const params = { [shorthand]: written };
    judgeParams(source, step, params, path, shorthand);
    return { kind: "step", step: name, params, places: { [shorthand]: source.at(path) } };
  }
  say(source, source.at(path), {
    code: "playbook/wrong-type",
    summary: `the parameters of ${name} must be a mapping`,
    hint:
      pair === undefined
        ? `It takes ${Object.keys(step.params).join(", ")}.`
        : `Write \`${pair.replace("=", ": ")}\` and so on, one key per parameter, instead of key=value.`,
  });
  return { kind: "step", step: name, params: {}, places: {} };
}

/** Ansible's `service: name=x state=started`; in a shorthand only where the key is a parameter. */
function keyEqualsValue(step: AnyStep, written: string): string | undefined {
  const found = [...written.matchAll(/(?:^|\s)([a-z_]+)=\S+/g)].find(([, key = ""]) =>
    Object.hasOwn(step.params, key),
  );
  return found?.[0].trim();
}

function judgeParams(
  source: Source,
  step: AnyStep,
  params: ValueMap,
  path: YamlPath,
  shorthand?: string,
): void {
  const whole = (inside: readonly string[]) =>
    shorthand === undefined ? [...path, ...inside] : [...path, ...inside.slice(1)];
  const faults = faultsOf(structuralSchema(step), plain(params));
  source.problems.push(
    ...explain(faults, {
      root: step.name,
      at: (inside, part) => source.at(whole(inside), part),
      written: (inside) => source.written(whole(inside)),
      isSecret: (inside) => isSecretParam(step, inside),
    }),
  );
}

function readUndo(source: Source, path: YamlPath, task: ValueMap): TaskAction {
  const of = task["undo"];
  for (const key of Object.keys(task)) {
    if (key === "undo" || UNDO_KEYWORDS.has(key) || !Object.hasOwn(KEYWORDS, key)) continue;
    say(source, source.at([...path, key], "key"), {
      code: "playbook/not-here",
      summary: `"${key}" has no meaning beside "undo"`,
      hint: `An undo is done exactly as its task was, from the record; it takes ${[...UNDO_KEYWORDS].join(", ")}.`,
    });
  }
  if (typeof of !== "string") {
    say(source, source.at([...path, "undo"]), {
      code: "playbook/wrong-type",
      summary: '"undo" must be the id of a task',
      hint: "Give the task an `id:` and write that here.",
    });
  }
  return { kind: "undo", task: taskId(text(of) ?? "") };
}

type Keywords = Omit<Task, "id" | "name" | "at" | "action" | "probe" | "inverse">;

/** The keywords as they are; of a wrong type, which was said already, as if they were absent. */
function keywords(task: ValueMap): Keywords {
  return {
    ...defined({
      when: task["when"],
      register: text(task["register"]),
      loop: readLoop(task),
      wait: task["wait"],
      retry: readRetry(task),
      timeout: task["timeout"],
      expect: task["expect"],
      become: task["become"],
      becomeUser: task["become_user"],
      delegateTo: task["delegate_to"],
      environment: task["environment"],
      changedWhen: task["changed_when"],
      failedWhen: task["failed_when"],
      ignoreErrors: task["ignore_errors"],
      irreversible: task["irreversible"],
    }),
    vars: isValueMap(task["vars"]) ? task["vars"] : {},
    noLog: task["no_log"] === true,
    readOnly: task["read_only"] === true,
    runOnce: task["run_once"] === true,
  };
}

function readLoop(task: ValueMap): Loop | undefined {
  const over = task["loop"];
  if (over === undefined) return undefined;
  const control = isValueMap(task["loop_control"]) ? task["loop_control"] : {};
  return {
    over,
    variable: text(control["loop_var"]) ?? "item",
    ...defined({ indexVariable: text(control["index_var"]), label: control["label"] }),
  };
}

/** Ansible's defaults: `until` alone tries three times more, five seconds apart. */
function readRetry(task: ValueMap): Retry | undefined {
  const { until, retries, delay } = task;
  if (until === undefined && retries === undefined) return undefined;
  return { ...defined({ until }), retries: retries ?? 3, delay: delay ?? 5 };
}

function nameOf(action: TaskAction): string {
  if (action.kind === "undo") return `undo ${action.task}`;
  const [first] = Object.values(action.params);
  const words = first === undefined ? undefined : inWords(first);
  return words === undefined ? action.step : `${action.step} ${words}`;
}

function inWords(value: Value): string | undefined {
  if (value instanceof UnsafeText) return undefined;
  if (typeof value === "string") {
    const [line = ""] = value.split("\n");
    return line.length > 60 ? `${line.slice(0, 59)}…` : line;
  }
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) {
    const words = value.map((item: Value) => inWords(item));
    return words.every((word) => word !== undefined) ? words.join(", ") : undefined;
  }
  return undefined;
}

function text(value: Value | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
