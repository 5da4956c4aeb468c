import { didYouMean } from "../lib/did-you-mean.ts";
import type { Place } from "../model/diagnostic.ts";
import type { StepRegistry } from "../model/step.ts";
import type { ValueMap } from "../model/value.ts";
import { ansibleKeyword, ansibleModule } from "./ansible-words.ts";
import { taskKeywords } from "./frame-task.ts";
import { say, type Source, type YamlPath } from "./source.ts";

export const TASK_KEYWORDS = taskKeywords({ type: "object" });

/** The key of a task that names its step. Says which keys are neither keyword nor step. */
export function stepKey(
  source: Source,
  steps: StepRegistry,
  path: YamlPath,
  task: ValueMap,
): string | undefined {
  const keys = Object.keys(task).filter((key) => !Object.hasOwn(TASK_KEYWORDS, key));
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
  const keyword = meant === undefined ? didYouMean(key, Object.keys(TASK_KEYWORDS)) : undefined;
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
  const meant = didYouMean(key, Object.keys(TASK_KEYWORDS));
  say(source, at, {
    code: "playbook/unknown-key",
    summary: `unknown task keyword "${key}"`,
    hint:
      meant === undefined
        ? "A task has one step and keywords such as name, when, register; parameters stand under the step."
        : `Did you mean "${meant}"?`,
  });
}

/** Ansible's full name of a builtin module means the step of that name. */
export function shortName(key: string): string {
  return key.startsWith("ansible.builtin.") ? key.slice("ansible.builtin.".length) : key;
}
