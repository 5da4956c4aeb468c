import { checkSyntax, namesUsed } from "../jinja/index.ts";
import { lineMap } from "../lib/line-map.ts";
import type { Place } from "../model/diagnostic.ts";
import type { Playbook } from "../model/playbook.ts";
import { isValueMap } from "../model/value.ts";
import { reads } from "./check-kinds.ts";
import { unknownId } from "./check-ids.ts";
import type { WrittenPhase } from "./phases.ts";
import { say, valueAt, type Source, type YamlPath } from "./source.ts";
import type { WrittenTask } from "./tasks.ts";
import {
  PARAMS,
  templatesOfFrame,
  templatesOfPhase,
  templatesOfTask,
  type Template,
} from "./templates.ts";

/**
 * Judges every template without rendering it: its syntax, the ids it reads records of, and what it may not read in
 * fleet scope. Returns the names of all variables that the playbook's templates read.
 */
export function checkTemplates(
  source: Source,
  playbook: Playbook,
  phases: readonly WrittenPhase[],
  tasks: readonly WrittenTask[],
): ReadonlySet<string> {
  const perHost = new Set(playbook.inputs.filter((input) => input.perHost).map(({ name }) => name));
  const byId = new Map(tasks.map((written) => [written.task.id, written]));
  const names = new Set<string>();
  const judge = (templates: readonly Template[], base: YamlPath, scope: "host" | "fleet") => {
    for (const template of templates) {
      const path = [...base, ...template.path];
      const used = judgeOne(source, { ...template, path }, byId);
      for (const name of used) {
        names.add(name);
        if (scope === "fleet" && perHost.has(name)) sayPerHost(source, path, name);
      }
    }
  };
  judge(templatesOfFrame(playbook), [], "host");
  for (const { phase, path } of phases) judge(templatesOfPhase(phase), path, phase.scope);
  const inFleet = new Set(
    phases.filter(({ phase }) => phase.scope === "fleet").flatMap((phase) => phase.tasks),
  );
  for (const written of tasks) {
    const templates = templatesOfTask(written.task, written.step)
      .map((template) => ({ ...template, path: asWritten(source, written, template.path) }))
      // A name that was made from a parameter is judged there.
      .filter(({ path }) => path[0] !== "name" || isWritten(source, written, "name"));
    judge(templates, written.path, inFleet.has(written) ? "fleet" : "host");
  }
  return names;
}

const BARE = "This is an expression already: leave out the braces.";

function judgeOne(
  source: Source,
  template: Template,
  byId: ReadonlyMap<string, WrittenTask>,
): readonly string[] {
  const { path, text } = template;
  const kind = template.kind === "expression" ? "when" : "value";
  const lines = lineMap(text);
  // Places come back as if the text were a file of its own, which gives the offset in it.
  for (const problem of checkSyntax(text, kind, { file: source.file, line: 1, column: 1 })) {
    const { line = 1, column = 1 } = problem.at ?? {};
    source.problems.push({
      ...(kind === "when" && text.includes("{{") ? { hint: BARE, ...problem } : problem),
      at: source.inside(path, lines.startOf(line) + column - 1),
    });
  }
  for (const call of text.matchAll(/\brecord\(\s*(['"])([^'"]*)\1/g)) {
    const id = call[2] ?? "";
    const at = source.inside(path, call.index + call[0].length - id.length - 1);
    checkRecord(source, at, id, byId);
  }
  return namesUsed(text, kind);
}

function checkRecord(
  source: Source,
  at: Place,
  id: string,
  byId: ReadonlyMap<string, WrittenTask>,
): void {
  const target = byId.get(id);
  if (target === undefined) unknownId(source, at, id, byId);
  else if (reads(target)) {
    say(source, at, {
      code: "playbook/no-record",
      summary: `"${id}" changes nothing, so it has no record`,
      hint: "What a read-only step saw is kept with `register:`.",
    });
  }
}

function sayPerHost(source: Source, path: YamlPath, name: string): void {
  say(source, source.at(path), {
    code: "playbook/per-host-in-fleet",
    summary: `the input "${name}" has a value per host, and this is judged for the whole fleet`,
    hint: "Leave out `per_host: true`, or use it in phases with `scope: host`.",
  });
}

function isWritten(source: Source, { path }: WrittenTask, key: string): boolean {
  return valueAt(source, [...path, key]) !== undefined;
}

/** The path as the file has it: under the key that names the step, and not below a bare value. */
function asWritten(source: Source, written: WrittenTask, path: YamlPath): YamlPath {
  const [first, ...rest] = path;
  if (first !== PARAMS) return path;
  const { stepKey = "" } = written;
  const params = valueAt(source, [...written.path, stepKey]);
  return isValueMap(params) ? [stepKey, ...rest] : [stepKey, ...rest.slice(1)];
}
