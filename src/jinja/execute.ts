import { concat, settled } from "./concat.ts";
import { applyChain, evaluate, evaluateArguments } from "./evaluate.ts";
import { inner } from "./frame.ts";
import type { Frame } from "./frame.ts";
import { fromTemplate, importTemplate, includeTemplate, parentTemplate } from "./inherit.ts";
import { Locals } from "./locals.ts";
import { runLoop } from "./loop.ts";
import { callerOf, macroOf } from "./macro.ts";
import { failed, TemplateProblem } from "./problem.ts";
import type { Body, Statement, Target } from "./syntax/ast.ts";
import { Callable, Thing } from "./values/datum.ts";
import type { Datum } from "./values/datum.ts";
import { elements } from "./values/iterate.ts";
import { truthy } from "./values/truth.ts";

/** Runs statements; what they print is appended to `out`, piece by piece. */
export function execute(body: Body, frame: Frame, out: Datum[]): void {
  for (const statement of body) {
    // After `extends` only definitions matter; what else stands there is not printed.
    if (frame.template.parent === undefined) step(statement, frame, out);
    else if (isDefinition(statement)) step(statement, frame, []);
  }
}

function isDefinition(statement: Statement): boolean {
  return ["set", "set-block", "macro", "import", "from", "extends"].includes(statement.kind);
}

function step(statement: Statement, frame: Frame, out: Datum[]): void {
  const { machine } = frame;
  machine.spend(1);
  switch (statement.kind) {
    case "text":
      out.push(statement.text);
      return;
    case "output":
      output(evaluate(statement.value, frame), out);
      return;
    case "if": {
      for (const { condition, body } of statement.branches) {
        const value = evaluate(condition, frame);
        machine.offset = condition.offset;
        if (truthy(value)) {
          execute(body, frame, out);
          return;
        }
      }
      execute(statement.otherwise, frame, out);
      return;
    }
    case "for":
      runLoop(statement, frame, out);
      return;
    case "set": {
      const value = evaluate(statement.value, frame);
      assign(statement.target, value, frame);
      return;
    }
    case "set-block": {
      const block = printed(statement.body, scoped(frame));
      const { filter } = statement;
      assign(
        statement.target,
        filter === undefined ? block : applyChain(filter, block, frame),
        frame,
      );
      return;
    }
    case "with": {
      const inside = scoped(frame);
      for (const [target, value] of statement.assignments)
        assign(target, evaluate(value, frame), inside);
      execute(statement.body, inside, out);
      return;
    }
    case "macro":
      frame.locals.set(statement.name, macroOf(statement, frame));
      return;
    case "call-block": {
      const { call } = statement;
      if (call.kind !== "call") throw failed("a call block needs a call");
      const callee = evaluate(call.callee, frame);
      const args = evaluateArguments(call.args, frame);
      const caller = callerOf(statement, frame);
      machine.offset = call.offset;
      const named = new Map([...args.named, ["caller", caller]]);
      output(machine.call(callee, { positional: args.positional, named }), out);
      return;
    }
    case "filter-block":
      output(applyChain(statement.filter, printed(statement.body, scoped(frame)), frame), out);
      return;
    case "scope":
      execute(statement.body, scoped(frame), out);
      return;
    case "block":
      runBlock(statement, frame, out);
      return;
    case "extends":
      machine.offset = statement.offset;
      parentTemplate(evaluate(statement.template, frame), frame);
      return;
    case "include":
      includeTemplate(statement, evaluate(statement.template, frame), frame, out);
      return;
    case "import":
      frame.locals.set(
        statement.as,
        importTemplate(statement, evaluate(statement.template, frame), frame),
      );
      return;
    case "from":
      fromTemplate(statement, evaluate(statement.template, frame), frame);
      return;
  }
}

function output(value: Datum, out: Datum[]): void {
  // A container is printed as it is now, whatever later statements do to it.
  out.push(settled(value));
}

export function scoped(frame: Frame): Frame {
  return inner(frame, new Locals(frame.locals));
}

/** What a body prints, as one value. */
export function printed(body: Body, frame: Frame): Datum {
  const pieces: Datum[] = [];
  execute(body, frame, pieces);
  return concat(pieces);
}

export function assign(target: Target, value: Datum, frame: Frame): void {
  switch (target.kind) {
    case "name":
      frame.locals.set(target.name, value);
      return;
    case "field": {
      const of = frame.locals.get(target.of);
      frame.machine.offset = target.offset;
      if (!(of instanceof Thing) || of.write === undefined)
        throw failed(
          "cannot assign attribute on non-namespace object",
          `Create it first: {% set ${target.of} = namespace() %}`,
        );
      of.write(target.name, value);
      return;
    }
    case "unpack": {
      frame.machine.offset = target.offset;
      const values = elements(value);
      if (values.length !== target.targets.length)
        throw failed(`${values.length} values cannot be given to ${target.targets.length} names`);
      for (const [index, one] of target.targets.entries())
        assign(one, values[index] ?? null, frame);
      return;
    }
  }
}

function runBlock(
  statement: Extract<Statement, { kind: "block" }>,
  frame: Frame,
  out: Datum[],
): void {
  const layers = frame.template.blocks.get(statement.name) ?? [statement.body];
  const [first, ...rest] = layers;
  if (first === undefined) return;
  if (statement.required && rest.length === 0 && layers[0] === statement.body)
    throw new TemplateProblem("jinja/failed", `required block '${statement.name}' is not given`);
  const from = statement.scoped ? frame : inner(frame, frame.template.top);
  runLayer(first, rest, from, out);
}

/** `self.name()` prints a block once more. */
export function selfThing(frame: Frame): Thing {
  return new Thing("TemplateReference", {
    read: (name) => {
      const [first, ...rest] = frame.template.blocks.get(name) ?? [];
      if (first === undefined) return undefined;
      return new Callable("BlockReference", name, () => {
        const pieces: Datum[] = [];
        frame.machine.deeper(() => runLayer(first, rest, inner(frame, frame.template.top), pieces));
        return concat(pieces);
      });
    },
  });
}

function runLayer(body: Body, rest: readonly Body[], frame: Frame, out: Datum[]): void {
  const inside = scoped(frame);
  const [above, ...further] = rest;
  if (above !== undefined)
    inside.locals.set(
      "super",
      new Callable("BlockReference", "super", () => {
        const pieces: Datum[] = [];
        runLayer(above, further, frame, pieces);
        return concat(pieces);
      }),
    );
  execute(body, inside, out);
}
