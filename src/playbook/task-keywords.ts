import type { Loop, Retry, Task } from "../model/playbook.ts";
import { isValueMap, type Value, type ValueMap } from "../model/value.ts";
import { defined } from "./defined.ts";

type Keywords = Omit<Task, "id" | "name" | "at" | "action" | "probe" | "inverse" | "undone">;

/** The keywords as they are; of a wrong type, which was said already, as if they were absent. */
export function readKeywords(task: ValueMap): Keywords {
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
      throttle: hostCount(task["throttle"]),
    }),
    vars: isValueMap(task["vars"]) ? task["vars"] : {},
    noLog: task["no_log"] === true,
    readOnly: task["read_only"] === true,
    runOnce: task["run_once"] === true,
  };
}

function hostCount(value: Value | undefined): number | undefined {
  return typeof value === "number" && value >= 1 ? value : undefined;
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

/** A text with something in it. */
export function text(value: Value | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
