import { TemplateProblem } from "../problem.ts";
import { folded, isWord } from "./characters.ts";
import type { Edge, RegexNode } from "./tree.ts";

/** Where groups began and ended, two numbers each; -1: it took no part. Group 0 is the match. */
export type Spans = readonly number[];

type Go = (at: number) => boolean;
type Step = (at: number, next: Go) => boolean;

/**
 * Steps before a match is given up: with nested repetition some patterns take longer than anybody lives. Patterns come
 * from authors, but what they are matched with may come from hosts.
 */
const MOST_STEPS = 5_000_000;

/** Matches one text by trying and going back. Each node becomes a function that is told how to go on. */
export class Matcher {
  readonly #text: readonly number[];
  readonly #spans: number[];
  readonly #run: Step;
  #left = MOST_STEPS;

  constructor(root: RegexNode, groups: number, text: readonly number[]) {
    this.#text = text;
    this.#spans = Array.from({ length: (groups + 1) * 2 }, () => -1);
    this.#run = this.#step(root);
  }

  /** A match that begins at `at`; `end` and `longerThan` say which ends will do. */
  matchAt(at: number, wanted: { end?: number; notEmpty?: boolean } = {}): Spans | undefined {
    this.#spans.fill(-1);
    const matched = this.#run(at, (end) => {
      if (wanted.end !== undefined && end !== wanted.end) return false;
      if (wanted.notEmpty === true && end === at) return false;
      this.#spans[0] = at;
      this.#spans[1] = end;
      return true;
    });
    return matched ? [...this.#spans] : undefined;
  }

  #spend(): void {
    this.#left -= 1;
    if (this.#left < 0)
      throw new TemplateProblem("jinja/budget", "the regular expression takes too long", {
        hint: "Repetition inside repetition, as in (a+)+, tries every way to divide a text",
      });
  }

  #step(node: RegexNode): Step {
    switch (node.kind) {
      case "empty":
        return (at, next) => next(at);
      case "character": {
        const { accepts } = node;
        return (at, next) => {
          this.#spend();
          const code = this.#text[at];
          return code !== undefined && accepts(code) && next(at + 1);
        };
      }
      case "sequence":
        return node.parts
          .map((part) => this.#step(part))
          .reduceRight((rest, first) => (at, next) => first(at, (then) => rest(then, next)));
      case "choice": {
        const branches = node.branches.map((branch) => this.#step(branch));
        return (at, next) => {
          this.#spend();
          return branches.some((branch) => branch(at, next));
        };
      }
      case "repeat":
        return this.#repeat(node);
      case "group":
        return this.#group(node.index, this.#step(node.body));
      case "atomic":
        return this.#once(this.#step(node.body));
      case "back":
        return (at, next) => this.#back(node, at, next);
      case "conditional": {
        const yes = this.#step(node.yes);
        const no = this.#step(node.no);
        return (at, next) =>
          (this.#spans[node.index * 2 + 1] ?? -1) >= 0 ? yes(at, next) : no(at, next);
      }
      case "look":
        return this.#look(node);
      case "edge":
        return (at, next) => this.#isAt(node.at, at, node.ascii) && next(at);
    }
  }

  #repeat(node: Extract<RegexNode, { kind: "repeat" }>): Step {
    const { body, manner } = node;
    const walk = body.kind === "character" ? this.#run1(node, body.accepts) : this.#runs(node);
    return manner === "possessive" ? this.#once(walk) : walk;
  }

  /** Repeats of one character need no memory of how they got where they are. */
  #run1(
    { least, most, manner }: Extract<RegexNode, { kind: "repeat" }>,
    accepts: (code: number) => boolean,
  ): Step {
    const fits = (at: number): boolean => {
      this.#spend();
      const code = this.#text[at];
      return code !== undefined && accepts(code);
    };
    if (manner === "lazy")
      return (at, next) => {
        let count = 0;
        while (count < least) {
          if (!fits(at + count)) return false;
          count += 1;
        }
        for (;;) {
          if (next(at + count)) return true;
          if (count >= most || !fits(at + count)) return false;
          count += 1;
        }
      };
    return (at, next) => {
      let count = 0;
      while (count < most && fits(at + count)) count += 1;
      for (; count >= least; count -= 1) if (next(at + count)) return true;
      return false;
    };
  }

  #runs(node: Extract<RegexNode, { kind: "repeat" }>): Step {
    const body = this.#step(node.body);
    const { least, most, manner } = node;
    const from = (at: number, count: number, last: number, next: Go): boolean => {
      this.#spend();
      // After a round that took nothing there is no other: it would go on for ever.
      const again = () =>
        count < most &&
        (count < least || at !== last) &&
        body(at, (then) => from(then, count + 1, at, next));
      if (count < least) return again();
      return manner === "lazy" ? next(at) || again() : again() || next(at);
    };
    return (at, next) => from(at, 0, -1, next);
  }

  #group(index: number, body: Step): Step {
    return (at, next) => {
      const [start, end] = [this.#spans[index * 2] ?? -1, this.#spans[index * 2 + 1] ?? -1];
      const matched = body(at, (then) => {
        const inner = [this.#spans[index * 2] ?? -1, this.#spans[index * 2 + 1] ?? -1] as const;
        this.#spans[index * 2] = at;
        this.#spans[index * 2 + 1] = then;
        if (next(then)) return true;
        [this.#spans[index * 2], this.#spans[index * 2 + 1]] = inner;
        return false;
      });
      if (!matched) [this.#spans[index * 2], this.#spans[index * 2 + 1]] = [start, end];
      return matched;
    };
  }

  /** The first way to match is the only one. */
  #once(body: Step): Step {
    return (at, next) => {
      const before = [...this.#spans];
      let end = -1;
      const matched = body(at, (then) => {
        end = then;
        return true;
      });
      if (matched && next(end)) return true;
      for (const [index, value] of before.entries()) this.#spans[index] = value;
      return false;
    };
  }

  #look(node: Extract<RegexNode, { kind: "look" }>): Step {
    const body = this.#once(this.#step(node.body));
    return (at, next) => {
      const from = at - node.width;
      const before = [...this.#spans];
      const wanted = node.ahead ? () => true : (end: number) => end === at;
      const found = from >= 0 && body(from, wanted);
      if (!node.negated && found && next(at)) return true;
      for (const [index, value] of before.entries()) this.#spans[index] = value;
      return node.negated && !found && next(at);
    };
  }

  #back(node: Extract<RegexNode, { kind: "back" }>, at: number, next: Go): boolean {
    const start = this.#spans[node.index * 2] ?? -1;
    const end = this.#spans[node.index * 2 + 1] ?? -1;
    if (end < 0) return false;
    const same = (a: number, b: number) =>
      a === b || (node.ignoreCase && folded(a, false) === folded(b, false));
    for (let index = start; index < end; index++) {
      this.#spend();
      const other = this.#text[at + index - start];
      if (other === undefined || !same(this.#text[index] ?? -1, other)) return false;
    }
    return next(at + end - start);
  }

  #isAt(edge: Edge, at: number, ascii: boolean): boolean {
    const text = this.#text;
    switch (edge) {
      case "text-start":
        return at === 0;
      case "text-end":
        return at === text.length;
      case "line-start":
        return at === 0 || text[at - 1] === 10;
      case "line-end":
        return at === text.length || text[at] === 10;
      case "last-line-end":
        return at === text.length || (at === text.length - 1 && text[at] === 10);
      case "word":
        return this.#wordAt(at - 1, ascii) !== this.#wordAt(at, ascii);
      case "inside-word":
        return text.length > 0 && this.#wordAt(at - 1, ascii) === this.#wordAt(at, ascii);
    }
  }

  #wordAt(at: number, ascii: boolean): boolean {
    const code = this.#text[at];
    return code !== undefined && isWord(code, ascii);
  }
}
