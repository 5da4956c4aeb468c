import { choice, condition, duration, flag, mapping, name, text } from "./frame-words.ts";
import { templated, type JsonSchema } from "./step-schema.ts";

const TASK_ID = "^[A-Za-z_][A-Za-z0-9_-]*$";

/** The keywords of a task. `nested` is the schema of the tasks inside it. */
export function taskKeywords(nested: JsonSchema): { readonly [keyword: string]: JsonSchema } {
  return {
    name: text("What people read. Without it: the step and its first parameter."),
    id: {
      type: "string",
      pattern: TASK_ID,
      $comment: "a name made of letters, digits, _ and -",
      description: "Names the task for `undo`, `record('id')` and the command line.",
    },
    when: condition("The task is skipped where this does not hold."),
    register: name("The variable that keeps what the task reported."),
    loop: templated({ type: "array", description: "The task is done once for each item." }),
    loop_control: {
      title: "loop_control",
      type: "object",
      description: "Names for what `loop` hands on.",
      properties: {
        loop_var: name("The variable that holds the item; `item` if not given."),
        index_var: name("The variable that holds the item's position, from 0."),
        label: { description: "What people read instead of the whole item." },
      },
      additionalProperties: false,
    },
    until: condition("Try again until this holds."),
    retries: templated({
      type: "integer",
      minimum: 0,
      description: "How often to try again; 3 if only `until` is given.",
    }),
    delay: templated({
      type: "number",
      minimum: 0,
      description: "Seconds between attempts; 5 if not given.",
    }),
    wait: duration("A read-only step is asked again until it holds, at most so long."),
    timeout: duration("The longest that the task may take on one host."),
    expect: duration("How long the task usually takes; decides whether a lane fits a window."),
    become: templated(flag("Become another user, root if `become_user` does not say otherwise.")),
    become_user: text("The user to become."),
    become_method: choice(["sudo"], "How to become another user."),
    delegate_to: text("Do it on this host instead, for the sake of the host."),
    vars: mapping("Variables of this task alone."),
    environment: templated(mapping("Environment variables of what the task runs.")),
    changed_when: condition("When the task counts as a change."),
    failed_when: condition("When the task counts as failed."),
    ignore_errors: templated(flag("Go on although the task failed.")),
    no_log: flag("Show neither parameters nor what the task reported."),
    read_only: flag(
      "For `command` and `shell`: the author's promise that it changes nothing. It then is a gate, and runs in plans.",
    ),
    run_once: flag("Do it once in the run, on the first host."),
    throttle: {
      type: "integer",
      minimum: 1,
      description: "At most so many hosts at a time are in this task, on the way back too.",
    },
    irreversible: text(
      "Why there is no simple way back after this task. Shown before consent is asked for.",
    ),
    probe: {
      ...nested,
      description: "A read-only step that says whether the task happened, asked after a crash.",
    },
    inverse: {
      type: ["object", "string"],
      pattern: "^none$",
      $comment: 'a task, or "none"',
      description:
        'The task that takes this one back, or "none" when there is nothing to take back.',
    },
    undone: {
      ...nested,
      description:
        "A read-only step that must hold once the task was taken back; with `wait:` it is asked until it does.",
    },
  };
}

/** The keywords that a task with `undo:` may have. */
export const UNDO_KEYWORDS: ReadonlySet<string> = new Set([
  "name",
  "id",
  "when",
  "timeout",
  "expect",
  "ignore_errors",
  "throttle",
]);
