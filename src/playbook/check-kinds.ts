import { say, valueAt, type Saying, type Source } from "./source.ts";
import type { Section, WrittenTask } from "./tasks.ts";
import { IDENTIFIER } from "./frame-words.ts";
import { isTakenName } from "./inputs.ts";

/** The steps that run whatever they are told, and so can promise to change nothing. */
const CAN_PROMISE: ReadonlySet<string> = new Set(["command", "shell"]);

const READS_ONLY: ReadonlySet<Section> = new Set(["goal", "preflight", "healthy"]);

/** Keywords that mean something for one kind of step only, and sections that take one kind only. */
export function checkKinds(source: Source, tasks: readonly WrittenTask[]): void {
  for (const written of tasks) {
    checkNames(source, written);
    checkCompany(source, written);
    checkOnce(source, written);
    checkThrottle(source, written);
    if (written.task.action.kind === "undo" || written.step === undefined) continue;
    checkPromise(source, written);
    if (reads(written)) checkReading(source, written);
    else checkChanging(source, written);
  }
}

/** Whether it changes nothing, by what its step is or by what its author promises. */
export function reads(written: WrittenTask): boolean {
  return written.step?.kind === "reading" || (written.task.readOnly && canPromise(written));
}

function canPromise(written: WrittenTask): boolean {
  return written.step !== undefined && CAN_PROMISE.has(written.step.name);
}

function checkPromise(source: Source, written: WrittenTask): void {
  const { step, task } = written;
  if (step === undefined || !task.readOnly || canPromise(written)) return;
  about(source, written, "read_only", {
    code: "playbook/not-here",
    summary:
      step.kind === "reading"
        ? `"${step.name}" is read-only by itself`
        : `"${step.name}" changes something; nobody can promise otherwise`,
    hint: "`read_only: true` is a promise about `command` and `shell`.",
  });
}

function checkReading(source: Source, written: WrittenTask): void {
  const name = written.step?.name ?? "";
  for (const keyword of ["irreversible", "probe", "inverse", "undone"] as const) {
    if (written.task[keyword] === undefined) continue;
    about(source, written, keyword, {
      code: "playbook/not-here",
      summary: `"${keyword}" has no meaning for "${name}", which changes nothing`,
    });
  }
}

function checkChanging(source: Source, written: WrittenTask): void {
  const { task, section, role } = written;
  const name = written.step?.name ?? "";
  const onlyLooks = role === "probe" || role === "undone";
  if (onlyLooks || READS_ONLY.has(section)) {
    about(source, written, written.stepKey, {
      code: "playbook/changes",
      summary: `"${name}" changes something, and ${role === "probe" ? "a probe" : `${onlyLooks ? role : section}:`} only looks`,
      hint: canPromise(written)
        ? "Add `read_only: true` if the command changes nothing."
        : `Use a read-only step${onlyLooks ? "" : `, or move this task to a phase`}.`,
    });
  }
  if (task.wait !== undefined) {
    about(source, written, "wait", {
      code: "playbook/not-here",
      summary: `"wait" asks again until something holds, and "${name}" changes something`,
      hint: canPromise(written)
        ? "Add `read_only: true` if the command changes nothing, or use `until`, `retries` and `delay`."
        : "Put a read-only step with `wait:` behind it, or use `until`, `retries` and `delay`.",
    });
  }
}

function checkNames(source: Source, written: WrittenTask): void {
  const { register, loop } = written.task;
  const names = [
    { name: register, path: ["register"] },
    { name: loop?.variable, path: ["loop_control", "loop_var"] },
    { name: loop?.indexVariable, path: ["loop_control", "index_var"] },
  ];
  for (const { name, path } of names) {
    if (name === undefined || name === "item" || !new RegExp(IDENTIFIER).test(name)) continue;
    if (!isTakenName(name)) continue;
    say(source, source.at([...written.path, ...path]), {
      code: "playbook/taken-name",
      summary: `"${name}" cannot be used: templates know that name already`,
    });
  }
}

/** Keywords that only say more about another one. */
function checkCompany(source: Source, written: WrittenTask): void {
  const { loop, retry } = written.task;
  const alone = [
    { key: "loop_control", needs: '"loop"', missing: loop === undefined },
    { key: "delay", needs: '"until" or "retries"', missing: retry === undefined },
  ];
  for (const { key, needs, missing } of alone) {
    if (!missing || valueAt(source, [...written.path, key]) === undefined) continue;
    about(source, written, key, {
      code: "playbook/not-here",
      summary: `"${key}" has no meaning without ${needs}`,
    });
  }
}

/** What is done in one lane for all of them needs lanes. */
function checkOnce(source: Source, written: WrittenTask): void {
  if (!written.task.runOnce) return;
  if (written.section === "phases" && written.role === "task") return;
  about(source, written, "run_once", {
    code: "playbook/not-here",
    summary: '"run_once" is about tasks that every host would do by itself',
    hint: "It belongs to tasks of phases with `scope: host`; a reading task of a fleet phase is done once anyway.",
  });
}

/** What stands inside a task is done by whoever is in that task. */
function checkThrottle(source: Source, written: WrittenTask): void {
  const { task, role } = written;
  if (role === "task" || task.throttle === undefined) return;
  about(source, written, "throttle", {
    code: "playbook/not-here",
    summary: `"throttle" has no meaning at ${role === "inverse" ? "an" : "a"} ${role}`,
    hint: "Write it at the task around it: it also holds when that task is taken back.",
  });
}

function about(source: Source, written: WrittenTask, key: string | undefined, what: Saying): void {
  say(source, source.at([...written.path, ...(key === undefined ? [] : [key])], "key"), what);
}
