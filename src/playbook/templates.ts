import type { Playbook, Phase, Task } from "../model/playbook.ts";
import type { AnyStep } from "../model/step.ts";
import { isValueMap, type Value } from "../model/value.ts";
import { isValueList, type YamlPath } from "./source.ts";
import { paramsOf } from "./step-schema.ts";

/** A text that will be rendered, or a bare expression that will be evaluated, and where it stands. */
export interface Template {
  readonly path: YamlPath;
  readonly text: string;
  readonly kind: "text" | "expression";
}

/** Everything in a task that holds a template, the tasks inside it left out. Paths begin at the task. */
export function templatesOfTask(task: Task, step: AnyStep | undefined): readonly Template[] {
  const { action, loop, retry } = task;
  const params = step === undefined ? {} : paramsOf(step);
  const fromParams =
    action.kind === "undo"
      ? []
      : Object.entries(action.params).flatMap(([name, value]) =>
          params[name]?.template === "expression"
            ? expressions(value, [PARAMS, name])
            : texts(value, [PARAMS, name]),
        );
  return [
    ...texts(task.name, ["name"]),
    ...fromParams,
    ...expressions(task.when, ["when"]),
    ...texts(loop?.over, ["loop"]),
    ...texts(loop?.label, ["loop_control", "label"]),
    ...texts(task.wait, ["wait"]),
    ...expressions(retry?.until, ["until"]),
    ...texts(retry?.retries, ["retries"]),
    ...texts(retry?.delay, ["delay"]),
    ...texts(task.timeout, ["timeout"]),
    ...texts(task.expect, ["expect"]),
    ...texts(task.become, ["become"]),
    ...texts(task.becomeUser, ["become_user"]),
    ...texts(task.delegateTo, ["delegate_to"]),
    ...texts(task.vars, ["vars"]),
    ...texts(task.environment, ["environment"]),
    ...expressions(task.changedWhen, ["changed_when"]),
    ...expressions(task.failedWhen, ["failed_when"]),
    ...texts(task.ignoreErrors, ["ignore_errors"]),
    ...texts(task.irreversible, ["irreversible"]),
  ];
}

/** Stands in a path for the key that names the step, which only the file knows. */
export const PARAMS = "(parameters)";

export function templatesOfPhase(phase: Phase): readonly Template[] {
  return [...texts(phase.name, ["name"]), ...expressions(phase.when, ["when"])];
}

/** What stands outside of phases and tasks. Paths begin at the playbook. */
export function templatesOfFrame(playbook: Playbook): readonly Template[] {
  return [
    ...texts(playbook.vars, ["vars"]),
    ...texts(playbook.become, ["become"]),
    ...texts(playbook.becomeUser, ["become_user"]),
    ...texts(playbook.rollout.lock, ["rollout", "lock"]),
    ...playbook.notify.flatMap(({ to }, index) =>
      to.kind === "webhook"
        ? [
            ...texts(to.address, ["notify", String(index), "webhook"]),
            ...texts(to.secret, ["notify", String(index), "secret"]),
          ]
        : texts([...to.argv], ["notify", String(index), "command"]),
    ),
    ...texts(playbook.watchDns?.server, ["watch_dns", "server"]),
    ...texts(zonesOf(playbook), ["watch_dns", "zones"]),
    ...playbook.inputs.flatMap((input) => texts(input.default, ["inputs", input.name, "default"])),
  ];
}

function zonesOf({ watchDns }: Playbook): Value | undefined {
  if (watchDns === undefined || watchDns.zones === "all") return undefined;
  return [...watchDns.zones];
}

function texts(value: Value | undefined, path: YamlPath): readonly Template[] {
  return stringsIn(value, path)
    .filter(({ text }) => /\{[{%#]/.test(text))
    .map((found) => ({ ...found, kind: "text" }));
}

/** `when: "{{ condition }}"` is a text, as Ansible has it. */
function expressions(value: Value | undefined, path: YamlPath): readonly Template[] {
  return stringsIn(value, path).map((found) => ({
    ...found,
    kind: /^\s*\{\{.*\}\}\s*$/s.test(found.text) ? "text" : "expression",
  }));
}

function stringsIn(
  value: Value | undefined,
  path: YamlPath,
): readonly { readonly path: YamlPath; readonly text: string }[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (isValueList(value)) {
    return value.flatMap((item, index) => stringsIn(item, [...path, index]));
  }
  if (!isValueMap(value)) return [];
  return Object.entries(value).flatMap(([key, part]) => stringsIn(part, [...path, key]));
}
