import { evaluateCondition, evaluateExpression, printValue, renderValue } from "../jinja/index.ts";
import type { RenderSettings } from "../jinja/index.ts";
import { entriesOf, isMapping } from "../lib/mapping.ts";
import type { Diagnostic, Place } from "../model/diagnostic.ts";
import { UnsafeText, WholeFloat, type Scope, type Value, type ValueMap } from "../model/value.ts";
import type { ConstructedConfig, KeyedGroup } from "./constructed-config.ts";
import { DraftVariables, type FoundBeside } from "./draft-variables.ts";
import { ReadingStopped, type DraftHost, type InventoryDraft } from "./draft.ts";
import { safeGroupName } from "./group-name.ts";
import type { InventorySettings } from "./settings.ts";

export interface ConstructedInputs {
  readonly templates: RenderSettings;
  readonly settings: InventorySettings;
  /** `-e`, already merged. */
  readonly extraVars: ValueMap;
  /** Variables of `group_vars` and `host_vars` beside the sources read so far; empty unless they are asked for. */
  readonly found: readonly FoundBeside[];
}

/** Ends the reading of the file, as an exception of the plugin does: what was constructed before it stays. */
class Stopped extends Error {
  readonly problem: Diagnostic;
  constructor(problem: Diagnostic) {
    super(problem.summary);
    this.problem = problem;
  }
}

/** Makes variables and groups out of the variables of all hosts that the sources before this one named. */
export function construct(
  config: ConstructedConfig,
  draft: InventoryDraft,
  inputs: ConstructedInputs,
): readonly Diagnostic[] {
  const constructor = new Constructor(config, draft, inputs);
  try {
    for (const host of draft.hosts.values()) constructor.host(host);
  } catch (thrown) {
    if (thrown instanceof Stopped) return [thrown.problem];
    if (!(thrown instanceof ReadingStopped)) throw thrown;
  }
  return [];
}

class Constructor {
  private readonly config: ConstructedConfig;
  private readonly draft: InventoryDraft;
  private readonly inputs: ConstructedInputs;
  private readonly variables: DraftVariables;

  constructor(config: ConstructedConfig, draft: InventoryDraft, inputs: ConstructedInputs) {
    this.config = config;
    this.draft = draft;
    this.inputs = inputs;
    this.variables = new DraftVariables(draft, inputs.found, inputs.settings);
  }

  host(host: DraftHost): void {
    this.compose(host, this.withExtra(this.variables.of(host)));
    // What was composed is there for the groups, and no group sees the others of this file.
    const scope = this.variables.of(host);
    for (const [name, { value, at }] of this.config.groups) {
      const group = this.groupName(name, at);
      const answer = evaluateCondition(
        Array.isArray(value) ? null : value,
        scope,
        this.inputs.templates,
        at,
      );
      if (answer.kind === "rendered") {
        if (answer.value) this.join(host, group, at);
      } else this.strictly(answer, `whether ${host.name} is in ${group}`, at);
    }
    const withExtra = this.withExtra(scope);
    for (const keyed of this.config.keyedGroups) this.keyed(host, keyed, withExtra);
  }

  private compose(host: DraftHost, scope: Scope): void {
    for (const [name, { value, at }] of this.config.compose) {
      const answer = this.evaluate(value, scope, at, "encrypted");
      if (answer.kind === "rendered") this.draft.setHostVariable(host, name, answer.value, at);
      else this.strictly(answer, `${name} of ${host.name}`, at);
    }
  }

  private keyed(host: DraftHost, keyed: KeyedGroup, scope: Scope): void {
    const { at } = keyed;
    const answer = this.evaluate(keyed.key, scope, at);
    if (answer.kind !== "rendered") {
      this.strictly(answer, `the group of ${host.name}`, at);
      return;
    }
    const key = answer.value;
    if (!isTrue(key) && !(isMissing(key) && keyed.otherwise !== null)) {
      const isEmptyCollection = Array.isArray(key) || isMapping(key);
      if (this.config.strict && !isEmptyCollection) {
        throw this.stop(at, `the key of a group of ${host.name} is ${printValue(key)}`);
      }
      return;
    }
    const parent = this.parent(keyed, scope);
    if (parent === undefined) return;
    const isBare = keyed.prefix === "" && !this.config.leadingSeparator;
    const start = printValue(keyed.prefix) + (isBare ? "" : printValue(keyed.separator));
    for (const name of this.names(key, keyed)) {
      const group = this.groupName(start + name, at);
      this.draft.group(group);
      this.draft.addHost(host.name, group);
      if (parent.name !== undefined) this.link(parent.name, group, at);
    }
  }

  /** What stands behind the prefix: one group or several. */
  private names(key: Value, { separator, otherwise, trailing, at }: KeyedGroup): readonly string[] {
    const or = (value: Value): string =>
      printValue(isMissing(value) && otherwise !== null ? otherwise : value);
    if (isText(key) || isMissing(key)) return [or(key)];
    if (Array.isArray(key)) return (key as readonly Value[]).map(or);
    if (!isMapping(key)) {
      throw this.stop(
        at,
        `a group cannot be called ${printValue(key)}: it is no text, list or mapping`,
      );
    }
    return entriesOf(key).map(([name, value]) => {
      const isShort = isMissing(value) && otherwise === null && trailing === false;
      return isShort ? printValue(name) : printValue(name) + printValue(separator) + or(value);
    });
  }

  /** Nothing where it cannot be told, and the groups of this entry are left out. */
  private parent({ parent, at }: KeyedGroup, scope: Scope): { readonly name?: string } | undefined {
    if (parent === null) return {};
    const answer = renderValue(parent, scope, this.inputs.templates, at);
    if (answer.kind === "omitted") return {};
    if (answer.kind !== "rendered") {
      this.strictly(answer, "the parent of a group", at);
      return undefined;
    }
    if (answer.value === null || answer.value === "" || answer.value === false) return {};
    if (typeof answer.value === "string") return { name: safeGroupName(answer.value) };
    throw this.stop(at, "the name of a parent group is not text");
  }

  private link(parent: string, group: string, at: Place): void {
    if (this.draft.groups.get(parent)?.children.has(group) === true) return;
    const before = this.draft.problems.length;
    this.draft.group(parent);
    this.draft.addChild(parent, group, at);
    if (this.draft.problems.length > before) throw new ReadingStopped();
    this.variables.forgetGroups();
  }

  /** Where a group has the host's name, Ansible puts the group there. */
  private join(host: DraftHost, group: string, at: Place): void {
    this.draft.group(group);
    if (this.draft.groups.has(host.name)) this.link(group, host.name, at);
    else this.draft.addHost(host.name, group);
  }

  private groupName(written: string, at: Place): string {
    const name = safeGroupName(written);
    if (name === "") throw this.stop(at, "a group would have an empty name");
    return name;
  }

  private evaluate(
    expression: Value,
    scope: Scope,
    at: Place,
    copies: "encrypted" | "decrypted" = "decrypted",
  ): ReturnType<typeof evaluateExpression> {
    if (typeof expression === "string") {
      return evaluateExpression(expression, scope, this.inputs.templates, at, copies);
    }
    const hint = "Put it in quotes.";
    const summary = `an expression must be text, not ${printValue(expression)}`;
    const diagnostic = { code: "inventory/constructed", severity: "error", summary, hint } as const;
    return { kind: "problem", diagnostic: { ...diagnostic, at } };
  }

  private withExtra(scope: Scope): Scope {
    if (!this.config.useExtraVars) return scope;
    return [...scope, { trusted: true, values: this.inputs.extraVars }];
  }

  /** What cannot be evaluated is left out, or ends the reading when the file is strict. */
  private strictly(
    answer:
      | { readonly kind: "omitted" | "unknown" }
      | { readonly kind: "problem"; readonly diagnostic: Diagnostic },
    what: string,
    at: Place,
  ): void {
    if (!this.config.strict) return;
    if (answer.kind !== "problem") throw this.stop(at, `${what}: nothing was answered`);
    const { summary } = answer.diagnostic;
    throw new Stopped({ ...answer.diagnostic, summary: `${what}: ${summary}` });
  }

  private stop(at: Place, summary: string): Stopped {
    return new Stopped({ code: "inventory/constructed", severity: "error", summary, at });
  }
}

function isText(value: Value): boolean {
  return typeof value === "string" || value instanceof UnsafeText;
}

/** None or empty text: what `default_value` stands in for. */
function isMissing(value: Value): boolean {
  return value === null || value === "" || (value instanceof UnsafeText && value.text === "");
}

function isTrue(value: Value): boolean {
  if (value === null || value === false || value === 0 || value === 0n || value === "")
    return false;
  if (value instanceof UnsafeText) return value.text !== "";
  if (value instanceof WholeFloat) return value.number !== 0;
  if (Array.isArray(value)) return value.length > 0;
  return !isMapping(value) || entriesOf(value).length > 0;
}
