import { didYouMean } from "../lib/did-you-mean.ts";
import type { Diagnostic, Place } from "../model/diagnostic.ts";
import { TEMPLATE, type JsonSchema } from "./step-schema.ts";
import type { SchemaFault } from "./validate.ts";
import { yamlTrap } from "./yaml-traps.ts";

/** What the explanations need to know of the file and of the words in it. */
export interface Surroundings {
  /** What the outermost value is called. */
  readonly root: string;
  at(path: readonly string[], part: "key" | "value"): Place;
  /** A scalar without quotes, as written. */
  written?(path: readonly string[]): string | undefined;
  isSecret?(path: readonly string[]): boolean;
  /** What is special about a key that the schema does not have, for example that Ansible has it. */
  knownElsewhere?(owner: string, key: string): { summary: string; hint: string } | undefined;
}

/** One diagnostic for each real problem, in words of the playbook instead of words of JSON Schema. */
export function explain(
  faults: readonly SchemaFault[],
  around: Surroundings,
): readonly Diagnostic[] {
  return withoutNoise(faults).map((fault) => explainOne(fault, around));
}

/** Alternatives complain one by one; what they say is noise unless it is clear which of them was meant. */
function withoutNoise(faults: readonly SchemaFault[]): readonly SchemaFault[] {
  const dropped = new Set<SchemaFault>();
  for (const choice of faults) {
    if (choice.keyword !== "anyOf" && choice.keyword !== "oneOf") continue;
    const branches = choice.schema[choice.keyword];
    if (!Array.isArray(branches)) continue;
    const inside = (branch: number) =>
      faults.filter(
        (fault) =>
          fault.schemaPath.startsWith(`${choice.schemaPath}/${branch}/`) &&
          choice.path.every((part, depth) => fault.path[depth] === part),
      );
    const meant = meantBranch(choice, branches, inside);
    if (meant !== undefined) dropped.add(choice);
    for (const branch of branches.keys()) {
      if (branch !== meant) for (const fault of inside(branch)) dropped.add(fault);
    }
  }
  const left = faults.filter((fault) => !dropped.has(fault) && fault.keyword !== "propertyNames");
  return left.filter(
    (fault) =>
      fault.keyword !== "type" ||
      !left.some((other) => other.keyword === "enum" && samePath(other.path, fault.path)),
  );
}

function meantBranch(
  choice: SchemaFault,
  branches: readonly JsonSchema[],
  inside: (branch: number) => readonly SchemaFault[],
): number | undefined {
  const [first, second] = branches;
  if (branches.length === 2 && second?.["pattern"] === TEMPLATE && first !== undefined) return 0;
  const fitting = [...branches.keys()].filter((branch) =>
    inside(branch).every((fault) => fault.keyword !== "type" || !samePath(fault.path, choice.path)),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

function samePath(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((part, depth) => other[depth] === part);
}

function explainOne(fault: SchemaFault, around: Surroundings): Diagnostic {
  switch (fault.keyword) {
    case "additionalProperties":
      return unknownKey(fault, String(fault.params["additionalProperty"]), around);
    case "required": {
      const name = String(fault.params["missingProperty"]);
      return problem("missing-key", fault, around, {
        summary: `${subject(fault, around)} needs "${name}"`,
        hint: meaning(fault.schema, name),
        part: "key",
      });
    }
    case "enum":
      return wrongWord(fault, around);
    case "const":
      return problem("bad-value", fault, around, {
        summary: `${subject(fault, around)} must be ${shown(fault.params["allowedValue"])}, not ${given(fault, around)}`,
      });
    case "type":
      return wrongType(fault, around);
    case "pattern":
      return fault.schema["pattern"] === TEMPLATE
        ? wrongType(fault, around)
        : wrongForm(fault, around);
    case "minimum":
    case "exclusiveMinimum":
    case "maximum":
    case "exclusiveMaximum":
    case "multipleOf":
      return outOfRange(fault, around);
    case "minItems":
    case "minLength":
    case "minProperties":
      return problem("bad-value", fault, around, {
        summary: `${subject(fault, around)} must not be ${Number(fault.params["limit"]) > 1 ? `shorter than ${String(fault.params["limit"])}` : "empty"}`,
      });
    case "uniqueItems":
      return problem("bad-value", fault, around, {
        summary: `${subject(fault, around)} names the same thing twice: ${shown(twice(fault))}`,
      });
    case "anyOf":
    case "oneOf":
      return problem("bad-value", fault, around, {
        summary: `${subject(fault, around)} has none of the forms that are understood here: ${given(fault, around)}`,
        hint: text(fault.schema["$comment"]) ?? text(fault.schema["description"]),
      });
    default:
      return problem("bad-value", fault, around, {
        summary: `${subject(fault, around)} is not allowed here (${fault.keyword})`,
        hint: text(fault.schema["description"]),
      });
  }
}

const ARTICLES: { readonly [title: string]: string } = {
  playbook: "a playbook",
  phase: "a phase",
  input: "an input",
  type: "a type",
};

function unknownKey(fault: SchemaFault, key: string, around: Surroundings): Diagnostic {
  const title = text(fault.schema["title"]);
  const owner = title ?? subject(fault, around);
  const elsewhere = around.knownElsewhere?.(owner, key);
  const path = [...fault.path, key];
  if (elsewhere !== undefined) {
    const at = around.at(path, "key");
    return { code: "playbook/ansible-keyword", severity: "error", ...elsewhere, at };
  }
  const properties = fault.schema["properties"];
  const known =
    typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
  const meant = didYouMean(key, known);
  const list = known.length === 0 ? undefined : `It takes ${known.join(", ")}.`;
  return {
    code: "playbook/unknown-key",
    severity: "error",
    summary: `${ARTICLES[owner] ?? owner} has no "${key}"`,
    ...(meant !== undefined
      ? { hint: `Did you mean "${meant}"?` }
      : list === undefined
        ? {}
        : { hint: list }),
    at: around.at(path, "key"),
  };
}

function wrongWord(fault: SchemaFault, around: Surroundings): Diagnostic {
  const allowed = fault.params["allowedValues"];
  const words = Array.isArray(allowed) ? allowed : [];
  const meant =
    typeof fault.value === "string"
      ? didYouMean(
          fault.value,
          words.filter((word) => typeof word === "string"),
        )
      : undefined;
  return problem("bad-value", fault, around, {
    summary: `${subject(fault, around)} must be ${oneOf(words.map(shown))}, not ${given(fault, around)}`,
    hint: meant === undefined ? trap(fault, around, ["string"]) : `Did you mean "${meant}"?`,
  });
}

function wrongType(fault: SchemaFault, around: Surroundings): Diagnostic {
  const wanted = wantedTypes(fault.schema);
  const form =
    text(fault.schema["$comment"]) ?? oneOf(wanted.map((type) => TYPE_WORDS[type] ?? type));
  return problem("wrong-type", fault, around, {
    summary: `${subject(fault, around)} must be ${form}, not ${given(fault, around)}`,
    hint: trap(fault, around, wanted),
  });
}

function wrongForm(fault: SchemaFault, around: Surroundings): Diagnostic {
  const form = text(fault.schema["$comment"]);
  return problem("bad-value", fault, around, {
    summary:
      form === undefined
        ? `${subject(fault, around)} has the wrong form: ${given(fault, around)}`
        : `${subject(fault, around)} must be ${form}, not ${given(fault, around)}`,
    hint: form === undefined ? text(fault.schema["description"]) : trap(fault, around, ["string"]),
  });
}

function outOfRange(fault: SchemaFault, around: Surroundings): Diagnostic {
  const limit = String(fault.params["limit"] ?? fault.params["multipleOf"]);
  const words: { readonly [keyword: string]: string } = {
    minimum: `at least ${limit}`,
    exclusiveMinimum: `more than ${limit}`,
    maximum: `at most ${limit}`,
    exclusiveMaximum: `less than ${limit}`,
    multipleOf: `a multiple of ${limit}`,
  };
  return problem("bad-value", fault, around, {
    summary: `${subject(fault, around)} must be ${words[fault.keyword] ?? limit}, not ${given(fault, around)}`,
    hint: trap(fault, around, []),
  });
}

function problem(
  word: string,
  fault: SchemaFault,
  around: Surroundings,
  what: { summary: string; hint?: string | undefined; part?: "key" | "value" },
): Diagnostic {
  return {
    code: `playbook/${word}`,
    severity: "error",
    summary: what.summary,
    ...(what.hint === undefined ? {} : { hint: what.hint }),
    at: around.at(fault.path, what.part ?? (fault.aboutKey ? "key" : "value")),
  };
}

/** What the fault is about: `"forks"`, `item 2 of "batches"`. */
function subject(fault: SchemaFault, around: Surroundings): string {
  const last = fault.path.at(-1);
  if (last === undefined) return around.root;
  if (fault.aboutKey) return `the name "${last}"`;
  if (!/^\d+$/.test(last)) return `"${last}"`;
  const list = fault.path.at(-2);
  return `item ${Number(last) + 1} of ${list === undefined ? around.root : `"${list}"`}`;
}

function given(fault: SchemaFault, around: Surroundings): string {
  if (fault.aboutKey) return shown(fault.path.at(-1));
  if (around.isSecret?.(fault.path) === true) return "what is given (secret)";
  const written = around.written?.(fault.path);
  const value = shown(fault.value);
  return typeof fault.value !== "number" || written === undefined || written === value
    ? value
    : `${written} (read as ${value})`;
}

function trap(
  fault: SchemaFault,
  around: Surroundings,
  wanted: readonly string[],
): string | undefined {
  return yamlTrap(around.written?.(fault.path), fault.value, wanted);
}

const TYPE_WORDS: { readonly [type: string]: string } = {
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  null: "empty",
};

/** The types a schema is about; text that only stands for a template does not count. */
function wantedTypes(schema: JsonSchema): readonly string[] {
  const { type } = schema;
  const types = Array.isArray(type) ? type.map(String) : [String(type)];
  return schema["pattern"] === TEMPLATE ? types.filter((word) => word !== "string") : types;
}

function twice(fault: SchemaFault): unknown {
  const index = Number(fault.params["i"]);
  return Array.isArray(fault.value) ? fault.value[index] : undefined;
}

function meaning(schema: JsonSchema, name: string): string | undefined {
  const properties = schema["properties"];
  if (typeof properties !== "object" || properties === null) return undefined;
  const found = Object.entries(properties).find(([key]) => key === name)?.[1];
  return typeof found === "object" && found !== null && "description" in found
    ? text(found.description)
    : undefined;
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a mapping";
  const json = JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 58)}…"` : json;
}

function oneOf(words: readonly string[]): string {
  return words.length < 2
    ? (words[0] ?? "something else")
    : `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
