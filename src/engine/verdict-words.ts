/** The author's own words on what counts: `failed_when`, `changed_when`, `until`. */
import type { Diagnostic } from "../model/diagnostic.ts";
import type { JsonObject } from "../model/json.ts";
import type { Value } from "../model/value.ts";
import type { Prepared } from "./prepared.ts";
import type { Running } from "./running.ts";
import { problem } from "./running.ts";

export type Words =
  | {
      readonly kind: "words";
      readonly failed: boolean;
      /** Undefined: the step's own answer stands. */
      readonly changed: boolean | undefined;
      readonly because: Diagnostic;
    }
  | { readonly kind: "problem"; readonly diagnostic: Diagnostic };

export async function judged(
  running: Running,
  prepared: Prepared,
  registered: JsonObject,
  failed: boolean,
): Promise<Words> {
  const { task } = prepared;
  const scope = [
    ...prepared.scope,
    { trusted: false, values: task.register === undefined ? {} : { [task.register]: registered } },
  ];
  const says = (condition: Value | undefined): boolean | undefined | Diagnostic => {
    if (condition === undefined) return undefined;
    const rendered = running.renderer.condition(condition, scope, task.at);
    if (rendered.kind === "rendered") return rendered.value;
    if (rendered.kind === "problem") return rendered.diagnostic;
    return problem("engine/no-condition", "the condition has no value");
  };
  const failedWhen = says(task.failedWhen);
  if (typeof failedWhen === "object") return { kind: "problem", diagnostic: failedWhen };
  const changedWhen = says(task.changedWhen);
  if (typeof changedWhen === "object") return { kind: "problem", diagnostic: changedWhen };
  const until = says(task.retry?.until);
  if (typeof until === "object") return { kind: "problem", diagnostic: until };
  if (until === false) {
    const because = problem(
      "engine/until-not-reached",
      `until: ${JSON.stringify(task.retry?.until)} does not hold`,
    );
    return { kind: "words", failed: true, changed: changedWhen, because };
  }
  return {
    kind: "words",
    failed: failedWhen ?? failed,
    changed: changedWhen,
    because: problem("engine/failed-when", `failed_when: ${JSON.stringify(task.failedWhen)} holds`),
  };
}
