import type { Json } from "../model/json.ts";
import type { Input } from "../model/playbook.ts";
import { isValueMap, VaultText, type Value, type ValueMap } from "../model/value.ts";
import { defined } from "./defined.ts";
import { explain } from "./explain.ts";
import { INPUT_SCHEMA_WORDS } from "./frame-input.ts";
import { plain } from "./plain.ts";
import { isValueList, say, valueAt, type Source, type YamlPath } from "./source.ts";
import { TEMPLATE } from "./step-schema.ts";
import { faultsOf, schemaProblem } from "./validate.ts";

/** Names that templates already give a meaning. */
const TAKEN: ReadonlySet<string> = new Set([
  "true",
  "false",
  "none",
  "True",
  "False",
  "None",
  "and",
  "or",
  "not",
  "in",
  "is",
  "if",
  "else",
  "hostvars",
  "groups",
  "group_names",
  "inventory_hostname",
  "inventory_hostname_short",
  "item",
  "omit",
  "record",
  "vars",
]);

export function isTakenName(name: string): boolean {
  return TAKEN.has(name) || name.startsWith("ansible_") || name in Object.prototype;
}

export function readInputs(source: Source): readonly Input[] {
  const value = valueAt(source, ["inputs"]);
  if (!isValueMap(value)) return [];
  return Object.entries(value).flatMap(([name, written]) =>
    isValueMap(written) ? [readInput(source, name, written)] : [],
  );
}

function readInput(source: Source, name: string, written: ValueMap): Input {
  const path = ["inputs", name];
  const at = source.at(path, "key");
  const required = written["required"] === true;
  const { from, description, default: fallback } = written;
  if (isTakenName(name)) {
    say(source, at, {
      code: "playbook/taken-name",
      summary: `an input cannot be named "${name}": templates know that name already`,
    });
  }
  if (required && fallback !== undefined) {
    say(source, source.at([...path, "required"], "key"), {
      code: "playbook/contradiction",
      summary: `the input "${name}" is required and has a default`,
      hint: "Leave out one of the two.",
    });
  }
  if (written["type"] === undefined && written["enum"] === undefined) {
    say(source, at, {
      code: "playbook/missing-key",
      summary: `the input "${name}" needs a "type" or an "enum"`,
      hint: "Types are string, integer, number, boolean, array and object.",
    });
  }
  const schema = readSchema(source, path, name, written);
  return {
    name,
    at,
    description: typeof description === "string" ? description : "",
    schema,
    required,
    perHost: written["per_host"] === true,
    ...defined({ default: fallback, from: typeof from === "string" ? from : undefined }),
  };
}

function readSchema(
  source: Source,
  path: YamlPath,
  name: string,
  written: ValueMap,
): Input["schema"] {
  const entries = INPUT_SCHEMA_WORDS.flatMap((word): [string, Json][] => {
    const value = written[word];
    return value === undefined ? [] : [[word, plain(value)]];
  });
  const schema = Object.fromEntries(entries);
  const broken = schemaProblem(schema);
  if (broken !== undefined) {
    say(source, source.at(path, "key"), {
      code: "playbook/input-schema",
      summary: `the type of the input "${name}" does not fit together: ${broken}`,
      hint: "`minimum` belongs to numbers, `pattern` and `minLength` to strings, `items` to arrays.",
    });
    return schema;
  }
  judge(source, [...path, "default"], `the default of "${name}"`, schema);
  const examples = written["examples"];
  if (isValueList(examples)) {
    for (const index of examples.keys()) {
      judge(source, [...path, "examples", index], `example ${index + 1} of "${name}"`, schema);
    }
  }
  return schema;
}

function judge(source: Source, path: YamlPath, what: string, schema: Input["schema"]): void {
  const value = valueAt(source, path);
  if (value === undefined || isOpen(value)) return;
  source.problems.push(
    ...explain(faultsOf(schema, plain(value)), {
      root: what,
      at: (inside, part) => source.at([...path, ...inside], part),
      written: (inside) => source.written([...path, ...inside]),
    }),
  );
}

/** What it will be is known only when it is rendered. */
function isOpen(value: Value): boolean {
  if (value instanceof VaultText) return true;
  if (typeof value === "string") return new RegExp(TEMPLATE).test(value);
  if (isValueList(value)) return value.some(isOpen);
  return isValueMap(value) && Object.values(value).some(isOpen);
}
