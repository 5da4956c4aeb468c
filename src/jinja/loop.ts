import { concat } from "./concat.ts";
import { evaluate } from "./evaluate.ts";
import { assign, execute, scoped } from "./execute.ts";
import type { Frame } from "./frame.ts";
import { failed, UndefinedProblem } from "./problem.ts";
import type { Statement } from "./syntax/ast.ts";
import { equals } from "./values/compare.ts";
import { Callable, Thing, Tuple, Undefined } from "./values/datum.ts";
import type { Datum } from "./values/datum.ts";
import { elements } from "./values/iterate.ts";
import { truthy } from "./values/truth.ts";

type For = Extract<Statement, { kind: "for" }>;

export function runLoop(statement: For, frame: Frame, out: Datum[]): void {
  const over = evaluate(statement.over, frame);
  frame.machine.offset = statement.over.offset;
  if (over instanceof Undefined) throw new UndefinedProblem(over);
  round(statement, over, frame, out, 0);
}

function round(statement: For, over: Datum, frame: Frame, out: Datum[], depth: number): void {
  const { machine } = frame;
  const items = elements(over).filter((item) => wanted(statement, item, frame));
  for (const [index, item] of items.entries()) {
    machine.spend(1);
    const inside = scoped(frame);
    assign(statement.target, item, inside);
    inside.locals.set("loop", loopThing(statement, { items, index, depth }, frame));
    execute(statement.body, inside, out);
  }
  if (items.length === 0) execute(statement.otherwise, scoped(frame), out);
}

function wanted(statement: For, item: Datum, frame: Frame): boolean {
  if (statement.only === undefined) return true;
  const inside = scoped(frame);
  assign(statement.target, item, inside);
  const answer = evaluate(statement.only, inside);
  frame.machine.offset = statement.only.offset;
  return truthy(answer);
}

interface Turn {
  readonly items: readonly Datum[];
  readonly index: number;
  readonly depth: number;
}

/** What `loop.changed` was last asked with, per loop: `items` is the same array in every turn. */
const lastSeen = new WeakMap<readonly Datum[], Tuple>();

function loopThing(statement: For, turn: Turn, frame: Frame): Thing {
  const { items, index, depth } = turn;
  const missing = (name: string) =>
    new Undefined(`there is no ${name} item`, frame.machine.trail());
  const read = (name: string): Datum | undefined => {
    switch (name) {
      case "index":
        return index + 1;
      case "index0":
        return index;
      case "revindex":
        return items.length - index;
      case "revindex0":
        return items.length - index - 1;
      case "first":
        return index === 0;
      case "last":
        return index === items.length - 1;
      case "length":
        return items.length;
      case "depth":
        return depth + 1;
      case "depth0":
        return depth;
      case "previtem":
        return index > 0 ? (items[index - 1] ?? null) : missing("previous");
      case "nextitem":
        return index + 1 < items.length ? (items[index + 1] ?? null) : missing("next");
      case "cycle":
        return new Callable("method", "loop.cycle", ({ positional }) => {
          if (positional.length === 0) throw failed("no items for cycling given");
          return positional[index % positional.length] ?? null;
        });
      case "changed":
        return new Callable("method", "loop.changed", ({ positional }) => {
          const now = new Tuple([...positional]);
          const before = lastSeen.get(items);
          lastSeen.set(items, now);
          return before === undefined || !equals(before, now);
        });
      default:
        return undefined;
    }
  };
  const call = (args: { positional: readonly Datum[] }): Datum => {
    if (!statement.recursive)
      throw failed("the loop is not recursive", "Write `recursive` at the end of the for tag");
    const pieces: Datum[] = [];
    frame.machine.deeper(() =>
      round(statement, args.positional[0] ?? null, frame, pieces, depth + 1),
    );
    return concat(pieces);
  };
  const show = () => `<LoopContext ${index + 1}/${items.length}>`;
  return new Thing("LoopContext", { read, call, show });
}
