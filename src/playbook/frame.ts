// The playbook language without its steps, as JSON Schema: which keys there are, and which types they take.
// What types cannot say (ids, what may stand where) is judged on the playbook that was read.
import { IDENTIFIER, choice, condition, flag, mapping, tasks, text } from "./frame-words.ts";
import { inputSchema } from "./frame-input.ts";
import { notifySchema } from "./frame-notify.ts";
import { watchDnsSchema } from "./frame-watch.ts";
import { rolloutSchema } from "./frame-rollout.ts";
import { templated, type JsonSchema } from "./step-schema.ts";

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
        additionalProperties: inputSchema,
        description:
          "Values for the whole run: typed, described, and checked before anything connects.",
      },
      vars: mapping("Variables of the playbook. They win over the inventory."),
      rollout: rolloutSchema,
      notify: notifySchema,
      watch_dns: watchDnsSchema,
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
      healthy: tasks(
        task,
        "Read-only steps: the hosts on which all of them hold are those that `rollout: { min_healthy: … }` counts.",
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
