import { hasErrors } from "../model/diagnostic.ts";
import type { LoadedPlaybook, Playbook } from "../model/playbook.ts";
import type { StepRegistry } from "../model/step.ts";
import { isValueMap, type Value } from "../model/value.ts";
import { ansibleKeyword } from "./ansible-words.ts";
import { checkIds } from "./check-ids.ts";
import { checkKinds } from "./check-kinds.ts";
import { checkNumbers } from "./check-numbers.ts";
import { checkPhases } from "./check-phases.ts";
import { checkTemplates } from "./check-templates.ts";
import { defined } from "./defined.ts";
import { explain } from "./explain.ts";
import { phaseSchema, playbookFrame } from "./frame.ts";
import { readInputs } from "./inputs.ts";
import { readNotify } from "./notify.ts";
import { outermost, readPhases, readTasks } from "./phases.ts";
import { plain } from "./plain.ts";
import { readRollout } from "./rollout.ts";
import { isValueList, openSource, say, valueAt, type Source } from "./source.ts";
import type { Section } from "./tasks.ts";
import { faultsOf, inFileOrder } from "./validate.ts";
import { readWatchDns } from "./watch-dns.ts";

// Tasks are judged one by one, where their step is known.
export const FRAME = playbookFrame({ type: "object" }, phaseSchema({ type: "object" }));

const LISTS = [
  "goal",
  "preflight",
  "healthy",
  "before_host",
  "after_host",
] as const satisfies readonly Section[];

/**
 * Reads a playbook and says everything that is wrong with it, in the order of the file. There is a playbook only when
 * nothing is an error.
 */
export function loadPlaybook(text: string, file: string, steps: StepRegistry): LoadedPlaybook {
  const opened = openSource(text, file);
  const source = opened.value;
  if (source === undefined) return { text, problems: inFileOrder(opened.problems) };
  const playbook = read(source, steps);
  const problems = inFileOrder([...opened.problems, ...source.problems]);
  return { text, problems, ...(hasErrors(problems) ? {} : defined({ playbook })) };
}

function read(source: Source, steps: StepRegistry): Playbook | undefined {
  const { value } = source;
  if (!isValueMap(value)) {
    sayNoMapping(source, value);
    return undefined;
  }
  source.problems.push(
    ...explain(faultsOf(FRAME, plain(value)), {
      root: "the playbook",
      at: (path, part) => source.at(path, part),
      written: (path) => source.written(path),
      knownElsewhere: ansibleKeyword,
    }),
  );
  const inputs = readInputs(source);
  const rollout = readRollout(source);
  const notify = readNotify(source);
  const watchDns = readWatchDns(source);
  const lists = Object.fromEntries(
    LISTS.map((section) => [
      section,
      readTasks(source, steps, { path: [section], section, id: section }),
    ]),
  );
  const phases = readPhases(source, steps, "phases");
  const rollback = readPhases(source, steps, "rollback");
  const tasks = [
    ...Object.values(lists).flat(),
    ...[...phases, ...rollback].flatMap((phase) => phase.tasks),
  ];
  checkNumbers(source);
  checkIds(source, tasks);
  checkKinds(source, tasks);
  checkPhases(source, phases, rollback, tasks);
  const vars = value["vars"];
  const playbook: Playbook = {
    file: source.file,
    name: textOr(value["name"], ""),
    at: source.at([]),
    hosts: readHosts(source),
    inputs,
    vars: isValueMap(vars) ? vars : {},
    rollout,
    notify,
    ...defined({ watchDns }),
    ...defined({ become: value["become"], becomeUser: value["become_user"] }),
    gatherFacts: false,
    goal: outermost(lists["goal"] ?? []),
    preflight: outermost(lists["preflight"] ?? []),
    healthy: outermost(lists["healthy"] ?? []),
    beforeHost: outermost(lists["before_host"] ?? []),
    phases: phases.map(({ phase }) => phase),
    afterHost: outermost(lists["after_host"] ?? []),
    rollback: rollback.map(({ phase }) => phase),
  };
  const names = checkTemplates(source, playbook, [...phases, ...rollback], tasks);
  const askFacts = value["gather_facts"] ?? [...names].some(isFact);
  return { ...playbook, gatherFacts: askFacts === true };
}

/** Whether a template that names this wants facts. Connection variables come from the inventory. */
function isFact(name: string): boolean {
  return (
    name.startsWith("ansible_") &&
    !/^ansible_(?:host|port|user|password|connection|ssh_|become|python_|play_|loop|index_var|version$|check_mode|diff_mode|limit|run_tags|skip_tags|inventory_sources)/.test(
      name,
    )
  );
}

function sayNoMapping(source: Source, value: Value): void {
  const plays = isValueList(value) ? value.filter(isValueMap) : [];
  const isPlays = plays.some((play) => Object.hasOwn(play, "hosts"));
  say(source, source.at([]), {
    code: value === null ? "playbook/empty" : "playbook/not-a-playbook",
    summary:
      value === null
        ? "the playbook is empty"
        : isPlays
          ? "this is a list of plays, as Ansible has it"
          : `a playbook is a mapping, and this is ${isValueList(value) ? "a list" : "a single value"}`,
    hint: isPlays
      ? "Here a playbook is one mapping: `runbook: 1`, `name`, `hosts`, and `phases:` with the tasks. A second play becomes a file of its own."
      : "It starts with `runbook: 1`, `name`, `hosts` and `phases`; `runbook init` writes one to begin with.",
  });
}

function readHosts(source: Source): string {
  const value = valueAt(source, ["hosts"]);
  const hosts = isValueList(value)
    ? value.filter((part) => typeof part === "string").join(",")
    : textOr(value, "");
  if (hosts.includes("{{")) {
    say(source, source.at(["hosts"]), {
      code: "playbook/hosts-template",
      summary: '"hosts" takes no template',
      hint: "Name a group here and choose among its hosts with --limit.",
    });
  }
  return hosts;
}

function textOr(value: Value | undefined, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}
