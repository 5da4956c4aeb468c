import { didYouMean } from "../lib/did-you-mean.ts";
import type { Diagnostic, Place } from "../model/diagnostic.ts";
import { withoutNoise } from "./fault-noise.ts";
import { meaning, oneOf, shown, text, typeWords, wantedTypes } from "./schema-words.ts";
import { TEMPLATE } from "./step-schema.ts";
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
  const real = withoutNoise(faults);
  const explained = real.map((fault) => explainOne(fault, around));
  return explained.filter((_, index) => !isMissedByName(real[index], explained));
}

/** What is there under Ansible's name for it is not missing as well. */
function isMissedByName(fault: SchemaFault | undefined, all: readonly Diagnostic[]): boolean {
  if (fault?.keyword !== "required") return false;
  const called = `is called "${String(fault.params["missingProperty"])}" here`;
  return all.some(({ code, summary }) => code === ANSIBLE && summary.endsWith(called));
}

const ANSIBLE = "playbook/ansible-keyword";

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
    return { code: ANSIBLE, severity: "error", ...elsewhere, at };
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
  const form = text(fault.schema["$comment"]) ?? typeWords(fault.schema);
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

function twice(fault: SchemaFault): unknown {
  const index = Number(fault.params["i"]);
  return Array.isArray(fault.value) ? fault.value[index] : undefined;
}
