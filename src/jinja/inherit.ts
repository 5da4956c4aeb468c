import { concat } from "./concat.ts";
import { execute, selfThing } from "./execute.ts";
import { templateFrame } from "./frame.ts";
import type { Frame } from "./frame.ts";
import { Locals } from "./locals.ts";
import { failed, TemplateProblem, UndefinedProblem } from "./problem.ts";
import type { Body, Statement } from "./syntax/ast.ts";
import { normalizeLines, parseTemplate } from "./syntax/parse.ts";
import { List, Thing, Undefined } from "./values/datum.ts";
import type { Datum } from "./values/datum.ts";
import { repr } from "./values/print.ts";
import { typeName } from "./values/type-name.ts";

/** Runs a whole template, its parents included, and appends what it prints. */
export function executeTemplate(body: Body, frame: Frame, out: Datum[]): void {
  let current = body;
  for (;;) {
    collectBlocks(current, frame);
    if (frame.template.blocks.size > 0) frame.locals.set("self", selfThing(frame));
    execute(current, frame, out);
    const { parent } = frame.template;
    if (parent === undefined) return;
    frame.template.parent = undefined;
    current = parent;
  }
}

function collectBlocks(body: Body, frame: Frame): void {
  for (const statement of body) {
    if (statement.kind === "block") {
      const layers = frame.template.blocks.get(statement.name) ?? [];
      layers.push(statement.body);
      frame.template.blocks.set(statement.name, layers);
      collectBlocks(statement.body, frame);
    } else if (statement.kind === "if")
      for (const branch of statement.branches) collectBlocks(branch.body, frame);
    else if (statement.kind === "for" || statement.kind === "with" || statement.kind === "scope")
      collectBlocks(statement.body, frame);
  }
}

export function parentTemplate(name: Datum, frame: Frame): void {
  const found = find(name, frame);
  if (found === undefined) throw notFound(name);
  frame.template.parent = found.body;
}

export function includeTemplate(
  statement: Extract<Statement, { kind: "include" }>,
  name: Datum,
  frame: Frame,
  out: Datum[],
): void {
  frame.machine.offset = statement.offset;
  const found = find(name, frame);
  if (found === undefined) {
    if (statement.ignoreMissing) return;
    throw notFound(name);
  }
  const locals = statement.withContext ? new Locals(frame.locals) : new Locals();
  const pieces: Datum[] = [];
  inside(found.name, frame, () => {
    const template = templateFrame(locals, statement.withContext);
    executeTemplate(found.body, { machine: frame.machine, locals, template }, pieces);
  });
  for (const piece of pieces)
    out.push(piece instanceof Undefined ? fromInside(piece, found.name, statement.offset) : piece);
}

function fromInside(missing: Undefined, name: string, offset: number): Undefined {
  return missing.from({ offset, variables: [`template ${name}`, ...missing.trail.variables] });
}

export function importTemplate(
  statement: Extract<Statement, { kind: "import" | "from" }>,
  name: Datum,
  frame: Frame,
): Thing {
  frame.machine.offset = statement.offset;
  const found = find(name, frame);
  if (found === undefined) throw notFound(name);
  const outer = statement.withContext ? frame.locals : undefined;
  const locals = new Locals(outer);
  const pieces: Datum[] = [];
  inside(found.name, frame, () => {
    const template = templateFrame(locals, statement.withContext);
    executeTemplate(found.body, { machine: frame.machine, locals, template }, pieces);
  });
  return new Thing("TemplateModule", { read: (attribute) => exported(attribute, locals, pieces) });
}

function exported(attribute: string, locals: Locals, pieces: readonly Datum[]): Datum | undefined {
  if (attribute === "body") return concat(pieces);
  return attribute.startsWith("_") ? undefined : locals.names.get(attribute);
}

export function fromTemplate(
  statement: Extract<Statement, { kind: "from" }>,
  name: Datum,
  frame: Frame,
): void {
  const module = importTemplate(statement, name, frame);
  for (const wanted of statement.names) {
    const value = module.read(wanted.name);
    const missing = `the template does not define '${wanted.name}'`;
    const given = value === undefined ? new Undefined(missing, frame.machine.trail()) : value;
    frame.locals.set(wanted.as, given);
  }
}

interface Found {
  readonly name: string;
  readonly body: Body;
}

/** A list of names means the first that exists. */
function find(name: Datum, frame: Frame): Found | undefined {
  if (name instanceof Undefined) throw new UndefinedProblem(name);
  if (name instanceof List) {
    for (const one of name.all()) {
      const found = find(one, frame);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (typeof name !== "string") throw failed(`a template is named by text, not ${typeName(name)}`);
  const source = frame.machine.file(name);
  if (source === undefined) return undefined;
  return inside(name, frame, () => {
    return { name, body: parseTemplate(normalizeLines(source), "text") };
  });
}

function notFound(name: Datum): TemplateProblem {
  const names = name instanceof List ? name.all() : [name];
  const shown = names.map((one) => repr(one)).join(", ");
  return new TemplateProblem("jinja/file", `template ${shown} not found in the search path`, {
    hint: "Give its path relative to the playbook or to its templates folder",
  });
}

/** Problems inside another file name that file; their offsets belong to it, not to the template that asked. */
function inside<T>(name: string, frame: Frame, run: () => T): T {
  const { machine } = frame;
  const { offset } = machine;
  try {
    return machine.deeper(run);
  } catch (error) {
    if (error instanceof TemplateProblem) {
      const line = `template ${name}`;
      error.trail = { offset, variables: [line, ...(error.trail?.variables ?? [])] };
    }
    throw error;
  } finally {
    machine.offset = offset;
  }
}
