import { evaluate } from "./evaluate.ts";
import { printed } from "./execute.ts";
import { inner } from "./frame.ts";
import type { Frame } from "./frame.ts";
import { Locals } from "./locals.ts";
import { failed } from "./problem.ts";
import type { Body, Expression, Signature, Statement } from "./syntax/ast.ts";
import { bodiesOf, childrenOf, expressionsOf } from "./walk.ts";
import { Dict, Thing, Tuple, Undefined } from "./values/datum.ts";
import type { Arguments, Datum } from "./values/datum.ts";

export function macroOf(statement: Extract<Statement, { kind: "macro" }>, frame: Frame): Thing {
  return callable(statement.name, statement.signature, statement.body, frame);
}

export function callerOf(
  statement: Extract<Statement, { kind: "call-block" }>,
  frame: Frame,
): Thing {
  return callable(undefined, statement.signature, statement.body, frame);
}

function callable(
  named: string | undefined,
  signature: Signature,
  body: Body,
  frame: Frame,
): Thing {
  const uses = usesOf(body);
  const name = named ?? "caller";
  const call = (args: Arguments): Datum =>
    frame.machine.deeper(() => {
      const inside = inner(frame, new Locals(frame.locals));
      bindInto(inside, name, signature, args, uses);
      return printed(body, inside);
    });
  const read = (attribute: string): Datum | undefined => {
    if (attribute === "name") return named ?? null;
    if (attribute === "arguments") return new Tuple(signature.params.map((param) => param.name));
    if (attribute === "catch_varargs") return uses.has("varargs");
    if (attribute === "catch_kwargs") return uses.has("kwargs");
    return attribute === "caller" ? uses.has("caller") : undefined;
  };
  const show = () => `<Macro ${named === undefined ? "anonymous" : `'${named}'`}>`;
  return new Thing("Macro", { read, call, show });
}

function bindInto(
  inside: Frame,
  name: string,
  signature: Signature,
  args: Arguments,
  uses: ReadonlySet<string>,
): void {
  const { params } = signature;
  const { positional } = args;
  const named = new Map(args.named);
  for (const [index, param] of params.entries()) {
    const inPlace = positional[index];
    const given = inPlace === undefined ? named.get(param.name) : inPlace;
    named.delete(param.name);
    inside.locals.set(param.name, given === undefined ? fallback(param, inside) : given);
  }
  const caller = named.get("caller");
  named.delete("caller");
  if (caller !== undefined) {
    if (uses.has("caller")) inside.locals.set("caller", caller);
    else if (uses.has("kwargs")) named.set("caller", caller);
    else throw failed(`macro '${name}' does not call its caller`, "Use it without {% call %}");
  }
  const [unknown] = named.keys();
  if (unknown !== undefined && !uses.has("kwargs"))
    throw failed(`macro '${name}' takes no keyword argument '${unknown}'`);
  if (positional.length > params.length && !uses.has("varargs"))
    throw failed(`macro '${name}' takes not more than ${params.length} argument(s)`);
  inside.locals.set("varargs", new Tuple([...positional.slice(params.length)]));
  inside.locals.set("kwargs", new Dict(named));
}

function fallback(
  param: { readonly name: string; readonly fallback: Expression | undefined },
  inside: Frame,
): Datum {
  if (param.fallback !== undefined) return evaluate(param.fallback, inside);
  const message = `parameter '${param.name}' was not provided`;
  return new Undefined(message, inside.machine.trail(), { name: param.name });
}

/** Which of the special names a body mentions: only then does the macro take such arguments. */
function usesOf(body: Body): ReadonlySet<string> {
  let uses = USES.get(body);
  if (uses === undefined) {
    uses = new Set(["varargs", "kwargs", "caller"].filter((name) => mentions(body, name)));
    USES.set(body, uses);
  }
  return uses;
}

const USES = new WeakMap<Body, ReadonlySet<string>>();

function mentions(body: Body, name: string): boolean {
  const inExpression = (node: Expression): boolean =>
    (node.kind === "name" && node.name === name) || childrenOf(node).some(inExpression);
  return body.some(
    (statement) =>
      expressionsOf(statement).some(inExpression) ||
      bodiesOf(statement).some((inside) => mentions(inside.body, name)),
  );
}
