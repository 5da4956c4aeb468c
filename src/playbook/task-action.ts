import { isTemplate } from "../jinja/index.ts";
import type { Place } from "../model/diagnostic.ts";
import { taskId } from "../model/ids.ts";
import type { TaskAction } from "../model/playbook.ts";
import type { AnyStep, StepRegistry } from "../model/step.ts";
import { isValueMap, type Value, type ValueMap } from "../model/value.ts";
import { ansibleParameter } from "./ansible-parameters.ts";
import { explain } from "./explain.ts";
import { UNDO_KEYWORDS } from "./frame-task.ts";
import { plain } from "./plain.ts";
import { say, valueAt, type Source, type YamlPath } from "./source.ts";
import { structuralSchema } from "./step-schema.ts";
import { shortName, TASK_KEYWORDS } from "./task-key.ts";
import { faultsOf, isSecretParam } from "./validate.ts";

/** The step under `key` with its parameters. `path` ends with the key. */
export function readStep(
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
      knownElsewhere: (_, word) => ansibleParameter(step.name, Object.keys(step.params), word),
    }),
  );
}

/** `undo: id`. */
export function readUndo(source: Source, path: YamlPath, task: ValueMap): TaskAction {
  const of = task["undo"];
  for (const key of Object.keys(task)) {
    if (key === "undo" || UNDO_KEYWORDS.has(key) || !Object.hasOwn(TASK_KEYWORDS, key)) continue;
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
  return { kind: "undo", task: taskId(typeof of === "string" ? of : "") };
}

const LONGEST_NAME = 60;

/** The name of a task that has none: its step, and what is written beside it as plain words; templates say nothing. */
export function nameOf(action: TaskAction): string {
  if (action.kind === "undo") return `undo ${action.task}`;
  const words = Object.entries(action.params).flatMap(
    ([name, value]) => inWords(name, value) ?? [],
  );
  const name = [action.step, ...words].join(" ");
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}

function inWords(name: string, value: Value): string | undefined {
  if (value === true) return name.replaceAll("_", " ");
  if (typeof value === "number") return `${name} ${value}`;
  if (typeof value === "string") return isTemplate(value) ? undefined : value.split("\n")[0];
  if (!Array.isArray(value)) return undefined;
  const words = value.map((item: Value) => inWords(name, item));
  return words.every((word) => word !== undefined) ? words.join(", ") : undefined;
}
