import { bind, firstUndefined } from "./arguments.ts";
import { attributeOf, itemOf, memberOnly, notCallable } from "./attribute.ts";
import { concat } from "./concat.ts";
import { FILTERS } from "./filters/index.ts";
import { templateFrame } from "./frame.ts";
import type { Frame } from "./frame.ts";
import { hostVariables } from "./host-variables.ts";
import { executeTemplate } from "./inherit.ts";
import { Locals } from "./locals.ts";
import type { Machine } from "./machine.ts";
import { PENDING } from "./pending.ts";
import type { Plugin } from "./plugin.ts";
import { PendingProblem, TemplateProblem, UndefinedProblem } from "./problem.ts";
import type { RenderSettings } from "./settings.ts";
import type { TemplateKind } from "./syntax/lex.ts";
import { normalizeLines, parseTemplate } from "./syntax/parse.ts";
import { TESTS } from "./tests/index.ts";
import { unknownFilter, unknownTest } from "./unknown-name.ts";
import { Callable, Dict, reading, Thing, Undefined } from "./values/datum.ts";
import type { Arguments, Datum, Trail } from "./values/datum.ts";
import { print } from "./values/print.ts";
import { readValue } from "./variables.ts";
import type { Reading } from "./variables.ts";
import { decrypted } from "./decrypt.ts";
import type { Scope, Value } from "../model/value.ts";

const STEPS = 1_000_000;
const DEPTH = 60;

/** What the renderings of one door call have in common, those of other hosts included. */
export interface Purse {
  steps: number;
  depth: number;
}

/** Everything that lives as long as one call of a door: rendered variables, budget, and where evaluation stands. */
export class Rendering implements Machine {
  readonly settings: RenderSettings;
  offset = 0;
  readonly #scope: Scope;
  readonly #purse: Purse;
  readonly #rendered = new Map<string, Datum>();
  readonly #inProgress = new Set<string>();

  constructor(scope: Scope, settings: RenderSettings, purse?: Purse) {
    this.#scope = scope;
    this.settings = settings;
    this.#purse = purse ?? { steps: settings.budget ?? STEPS, depth: 0 };
  }

  spend(steps: number): void {
    this.#purse.steps -= steps;
    if (this.#purse.steps < 0)
      throw new TemplateProblem("jinja/budget", "the template does too much work", {
        hint: "Look for loops inside loops, long ranges and repeated text",
      });
  }

  trail(): Trail {
    return { offset: this.offset, variables: [] };
  }

  deeper<T>(inside: () => T): T {
    if (this.#purse.depth >= DEPTH)
      throw new TemplateProblem("jinja/recursion", "Recursive loop detected", {
        hint: "A variable, macro or include needs itself",
      });
    this.#purse.depth += 1;
    try {
      return inside();
    } finally {
      this.#purse.depth -= 1;
    }
  }

  rawVariable(name: string): { readonly value: Value; readonly trusted: boolean } | undefined {
    for (let index = this.#scope.length - 1; index >= 0; index--) {
      const layer = this.#scope[index];
      const value =
        layer !== undefined && Object.hasOwn(layer.values, name) ? layer.values[name] : undefined;
      if (layer !== undefined && value !== undefined) return { value, trusted: layer.trusted };
    }
    return undefined;
  }

  variableNames(): readonly string[] {
    return [...new Set(this.#scope.flatMap((layer) => Object.keys(layer.values)))];
  }

  variable(name: string): Datum | undefined {
    const known = this.#rendered.get(name);
    if (known !== undefined) return known;
    const raw = this.rawVariable(name);
    const found = raw === undefined ? this.#builtIn(name) : this.read(name, raw.value, raw.trusted);
    if (found !== undefined) this.#rendered.set(name, found);
    return found;
  }

  #builtIn(name: string): Datum | undefined {
    if (name === "vars") return this.allVariables();
    const { hosts } = this.settings;
    if (name !== "hostvars" || hosts === undefined) return undefined;
    return hostVariables(hosts, (scope) => new Rendering(scope, this.settings, this.#purse));
  }

  /** Every variable, each rendered when it is first read. */
  allVariables(): Dict {
    return new Dict({
      names: () => this.variableNames(),
      read: (name) => (this.rawVariable(name) === undefined ? undefined : this.variable(name)),
    });
  }

  /** A value of a variable or argument called `name`, whose strings are templates if it is trusted. */
  read(name: string, value: Value, trusted: boolean): Datum {
    const reading: Reading = {
      template: (source) => (trusted ? this.#renderVariable(name, source) : source),
      secret: (vault) => decrypted(vault, this.settings),
      known: (one) => {
        if (one === PENDING) throw new PendingProblem([name]);
      },
    };
    return readValue(value, reading);
  }

  #renderVariable(name: string, source: string): Datum {
    const { offset } = this;
    const key = `${name}\0${source}`;
    if (this.#inProgress.has(key))
      throw new TemplateProblem(
        "jinja/recursion",
        `Recursive loop detected: '${name}' needs itself`,
      );
    this.#inProgress.add(key);
    try {
      return this.deeper(() => this.template(source, "value"));
    } catch (error) {
      if (!(error instanceof TemplateProblem)) throw error;
      const variables = [name, ...(error.trail?.variables ?? [])];
      error.trail = { offset, variables };
      if (!(error instanceof UndefinedProblem)) throw error;
      const { missing } = error;
      return missing.from(error.trail);
    } finally {
      this.#inProgress.delete(key);
      this.offset = offset;
    }
  }

  /** Renders a whole template: what it prints, as one value. */
  template(source: string, kind: TemplateKind, locals = new Locals()): Datum {
    const text = normalizeLines(source);
    const body = parseTemplate(text, kind);
    const pieces: Datum[] = [];
    const frame: Frame = { machine: this, locals, template: templateFrame(locals) };
    const value = reading("leniently", () => {
      executeTemplate(body, frame, pieces);
      return concat(pieces);
    });
    if (value instanceof Undefined) throw new UndefinedProblem(value);
    return withNewlines(text, value);
  }

  renderText(source: string, more: ReadonlyMap<string, Datum> = new Map()): string {
    const locals = new Locals();
    for (const [name, value] of more) locals.set(name, value);
    const { offset } = this;
    const value = this.deeper(() => this.template(source, "text", locals));
    this.offset = offset;
    return value === null ? "" : print(value);
  }

  hasFilter(name: string): boolean {
    return FILTERS.has(bareName(name));
  }

  hasTest(name: string): boolean {
    return TESTS.has(bareName(name));
  }

  filter(name: string, input: Datum, args: Arguments): Datum {
    const plugin = FILTERS.get(bareName(name));
    if (plugin === undefined) throw unknownFilter(name);
    return this.#plugIn("filter", name, plugin, input, args);
  }

  test(name: string, input: Datum, args: Arguments): Datum {
    const plugin = TESTS.get(bareName(name));
    if (plugin === undefined) throw unknownTest(name);
    return this.#plugIn("test", name, plugin, input, args);
  }

  #plugIn(what: string, name: string, plugin: Plugin, input: Datum, args: Arguments): Datum {
    const { offset } = this;
    if (input instanceof Undefined && input.failure !== undefined) return input;
    if (!plugin.takesUndefined) {
      if (input instanceof Undefined) return input;
      const missing = firstUndefined(args);
      if (missing !== undefined) return missing;
    }
    try {
      const bound = plugin.params === undefined ? [] : bind(name, plugin.params, args);
      return reading(plugin.reads, () =>
        plugin.run(input, bound, { machine: this, name, given: args }),
      );
    } catch (error) {
      if (error instanceof TemplateProblem && error.trail === undefined) {
        error.trail = { offset, variables: [] };
        if (error.code === "jinja/failed") error.message = `${what} '${name}': ${error.message}`;
      }
      return unanswered(error);
    }
  }

  attribute(of: Datum, name: string): Datum {
    return attributeOf(this, of, name);
  }

  member(of: Datum, name: string): Datum {
    return memberOnly(this, of, name);
  }

  item(of: Datum, key: Datum): Datum {
    return itemOf(this, of, key);
  }

  call(callee: Datum, args: Arguments): Datum {
    if (callee instanceof Undefined) return callee;
    const { offset } = this;
    const run = callee instanceof Callable || callee instanceof Thing ? callee.call : undefined;
    if (run === undefined) return unanswered(notCallable(callee), offset);
    // Macros may look at what is undefined; nothing else may.
    const missing = callee instanceof Thing ? undefined : firstUndefined(args);
    if (missing !== undefined) return missing;
    try {
      return reading(callee instanceof Thing ? "leniently" : "strictly", () => run(args));
    } catch (error) {
      return unanswered(error, offset);
    }
  }

  file(path: string): string | undefined {
    return this.#find(path)?.text;
  }

  locate(path: string): string | undefined {
    return this.#find(path)?.path;
  }

  #find(path: string): { readonly path: string; readonly text: string } | undefined {
    const { readFile, searchPath = [] } = this.settings;
    if (readFile === undefined) return undefined;
    const candidates = path.startsWith("/") ? [path] : searchPath.map((base) => `${base}/${path}`);
    for (const candidate of candidates) {
      try {
        return { path: candidate, text: readFile(candidate) };
      } catch {
        // Not here: the next folder of the search path may have it.
      }
    }
    return undefined;
  }
}

/** Whatever a filter, test or function could not do is a problem only where its answer is used. */
function unanswered(error: unknown, offset = 0): Undefined {
  if (error instanceof UndefinedProblem) return error.missing;
  if (!(error instanceof TemplateProblem)) throw error;
  error.trail ??= { offset, variables: [] };
  if (ENDS_ALL.has(error.code)) throw error;
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  return new Undefined(error.message, error.trail, { ...hint, failure: error });
}

const ENDS_ALL: ReadonlySet<string> = new Set(["jinja/budget", "jinja/recursion", "jinja/vault"]);

export function bareName(name: string): string {
  return name.replace(/^ansible\.(?:builtin|legacy)\./, "");
}

/** Text keeps the line ends that its template ends with; parsing dropped one. */
function withNewlines(source: string, value: Datum): Datum {
  if (typeof value !== "string") return value;
  const missing = endingNewlines(source) - endingNewlines(value);
  return missing > 0 ? value + "\n".repeat(missing) : value;
}

function endingNewlines(text: string): number {
  return /\n*$/.exec(text)?.[0].length ?? 0;
}
