// The playbook language without its steps, as JSON Schema: which keys there are, and which types they take.
// What types cannot say (ids, what may stand where) is judged on the playbook that was read.
import { templated, type JsonSchema } from "./step-schema.ts";

const DURATION = String.raw`^\s*(?:\d+(?:\.\d+)?|(?:\d+(?:\.\d+)?(?:ms|s|m|h|d)\s*)+)\s*$`;
export const IDENTIFIER = "^[A-Za-z_][A-Za-z0-9_]*$";
const TASK_ID = "^[A-Za-z_][A-Za-z0-9_-]*$";

const text = (description: string): JsonSchema => ({ type: "string", minLength: 1, description });
const flag = (description: string): JsonSchema => ({ type: "boolean", description });
const choice = (words: readonly string[], description: string): JsonSchema => ({
  type: "string",
  enum: words,
  description,
});
const name = (description: string): JsonSchema => ({
  type: "string",
  pattern: IDENTIFIER,
  $comment: "a name made of letters, digits and _",
  description,
});
const duration = (description: string): JsonSchema =>
  templated({
    type: ["number", "string"],
    minimum: 0,
    pattern: DURATION,
    $comment: "a duration such as 90, 30s, 5m or 1h30m",
    description,
  });
const condition = (description: string): JsonSchema => ({
  type: ["string", "boolean", "array"],
  items: { type: ["string", "boolean"] },
  $comment: "a Jinja expression, or a list of them",
  description,
});
const mapping = (description: string): JsonSchema => ({ type: "object", description });
const tasks = (task: JsonSchema, description: string): JsonSchema => ({
  type: "array",
  items: task,
  description,
});

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
]);

export function phaseSchema(task: JsonSchema): JsonSchema {
  return {
    title: "phase",
    type: "object",
    properties: {
      name: text("What people read."),
      scope: choice(
        ["host", "fleet"],
        "`host`: in each host's lane. `fleet`: once, seeing every host, when all are done before it.",
      ),
      rest: flag("A lane may be left after this phase."),
      incomplete: choice(
        ["wait", "run"],
        "What a fleet phase does when hosts are neither at their goal nor finished.",
      ),
      when: condition("The phase is skipped where this does not hold."),
      tasks: { ...tasks(task, "What is done, in order."), minItems: 1 },
    },
    required: ["name", "tasks"],
    additionalProperties: false,
  };
}

const HOSTS_OR_PERCENT = "a number of hosts, or a percentage such as 25%";
const batch = {
  type: ["integer", "string"],
  minimum: 1,
  pattern: "^(?:100|[1-9][0-9]?)%$",
  $comment: `${HOSTS_OR_PERCENT} from 1% to 100%`,
};

const rollout: JsonSchema = {
  title: "rollout",
  type: "object",
  description: "In which order and how carefully hosts are changed.",
  properties: {
    mode: choice(
      ["serial", "window"],
      "`serial`: batch by batch, each through all phases. `window`: all hosts at once, phase by phase.",
    ),
    batches: {
      type: ["integer", "string", "array"],
      minimum: 1,
      pattern: batch.pattern,
      minItems: 1,
      items: batch,
      $comment: `${batch.$comment}, or a list of those`,
      description:
        "Hosts in a batch, or a list of such sizes of which the last repeats. A percentage is of the selection, rounded down, at least 1.",
    },
    forks: {
      type: "integer",
      minimum: 1,
      description: "How many hosts are worked on at the same time; 10 if not given.",
    },
    max_failures: {
      type: ["integer", "string"],
      minimum: 0,
      pattern: "^(?:100|[1-9]?[0-9])%$",
      $comment: `${HOSTS_OR_PERCENT} from 0% to 100%`,
      description:
        "Nothing new starts when more hosts than this failed, are unreachable or in doubt; 0 if not given.",
    },
    on_failure: choice(
      ["stop", "rollback_host", "rollback_run", "ask"],
      "What happens to hosts after a failure: `ask` if not given, which is `stop` when nobody can answer.",
    ),
    window: {
      title: "window",
      type: "object",
      description: "Nothing starts outside of this time span.",
      properties: {
        timezone: text("A zone of the IANA database, such as Europe/Amsterdam."),
        start: text('A wall-clock time in that zone, "2026-12-01 22:00".'),
        end: text('A wall-clock time in that zone, "2026-12-02 04:00".'),
        on_close: choice(
          ["finish_host", "finish_task", "rollback"],
          "What happens to a lane under way when the window closes; `finish_host` if not given.",
        ),
      },
      required: ["timezone", "start", "end"],
      additionalProperties: false,
    },
    lock: text(
      "Names something shared beyond the hosts, such as a bucket: one run on it at a time.",
    ),
    unreachable: {
      type: "string",
      pattern: String.raw`^(?:fail|skip|wait\([^()]+\))$`,
      $comment: '"fail", "skip" or "wait(10m)"',
      description: "What to do about a host that cannot be reached; `fail` if not given.",
    },
  },
  additionalProperties: false,
};

const TYPES = ["string", "integer", "number", "boolean", "array", "object"];
const count = (description: string): JsonSchema => ({ type: "integer", minimum: 0, description });

/** The words that judge a value; `inner` judges the schemas inside. */
const valueWords = (inner: JsonSchema): { readonly [word: string]: JsonSchema } => ({
  type: choice(TYPES, "The type of the value."),
  enum: { type: "array", minItems: 1, description: "The values that are allowed." },
  pattern: text("A regular expression that a text must match."),
  minLength: count("The least number of characters."),
  maxLength: count("The greatest number of characters."),
  minimum: { type: "number", description: "The least number." },
  maximum: { type: "number", description: "The greatest number." },
  items: { ...inner, description: "JSON Schema of the items of a list." },
  minItems: count("The least number of items."),
  maxItems: count("The greatest number of items."),
  uniqueItems: flag("No item twice."),
  properties: {
    type: "object",
    additionalProperties: inner,
    description: "JSON Schemas of the keys of a mapping.",
  },
  additionalProperties: flag("Whether a mapping may have other keys."),
});

const inner: JsonSchema = {
  title: "type",
  type: "object",
  properties: valueWords({ type: "object" }),
  additionalProperties: false,
};

/** The words of JSON Schema that an input may use for its value. */
export const INPUT_SCHEMA_WORDS: readonly string[] = Object.keys(valueWords(inner));

const input: JsonSchema = {
  title: "input",
  type: "object",
  properties: {
    ...valueWords(inner),
    description: text("What it means, in one sentence."),
    required: flag("There is no run without it."),
    default: { description: "Used when nobody gives a value. May be a template." },
    examples: { type: "array", minItems: 1, description: "Values as somebody would write them." },
    from: {
      type: "string",
      pattern: String.raw`^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_-]+)*$`,
      $comment: "a variable, or a path into one such as storage.options.bucket",
      description: "The inventory variable that supplies it, if it has another name.",
    },
    per_host: flag("Hosts may have different values. Not readable in fleet scope then."),
  },
  required: ["description"],
  additionalProperties: false,
};

/** The whole playbook around its tasks. */
export function playbookFrame(task: JsonSchema, phase: JsonSchema): JsonSchema {
  const phases = (description: string): JsonSchema => ({
    type: "array",
    items: phase,
    minItems: 1,
    description,
  });
  return {
    title: "playbook",
    type: "object",
    properties: {
      runbook: { const: 1, description: "The version of the playbook language." },
      name: text("What people read."),
      hosts: {
        type: ["string", "array"],
        minLength: 1,
        minItems: 1,
        items: { type: "string", minLength: 1 },
        $comment: "a pattern of hosts and groups, or a list of them",
        description: "Which hosts of the inventory, as a pattern of Ansible.",
      },
      inputs: {
        type: "object",
        propertyNames: { pattern: IDENTIFIER, $comment: "a name made of letters, digits and _" },
        additionalProperties: input,
        description:
          "Values for the whole run: typed, described, and checked before anything connects.",
      },
      vars: mapping("Variables of the playbook. They win over the inventory."),
      rollout,
      become: templated(flag("Become another user for every task, root if nothing else is said.")),
      become_user: text("The user to become."),
      become_method: choice(["sudo"], "How to become another user."),
      gather_facts: flag(
        "Ask every host for `ansible_facts` first; if not given, when the playbook's templates use them.",
      ),
      goal: tasks(task, "Read-only steps: a host on which all of them hold is done."),
      preflight: tasks(
        task,
        "Read-only steps that must hold on every host not yet done, before anything changes.",
      ),
      before_host: tasks(task, "Done before a host's lane: take it out of service."),
      phases: phases("What is done, in order."),
      after_host: tasks(task, "Done after a host's lane: take it into service."),
      rollback: phases(
        "The way back for hosts on which an irreversible task happened. All others undo their tasks in reverse.",
      ),
    },
    required: ["runbook", "name", "hosts", "phases"],
    additionalProperties: false,
  };
}
