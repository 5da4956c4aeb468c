import type { Diagnostic } from "../model/diagnostic.ts";
import type { Variable } from "../model/inventory.ts";
import { isValueMap } from "../model/value.ts";
import { textKeyed } from "../lib/mapping.ts";
import { readYaml } from "../yaml/read.ts";
import { readEscape } from "./python-literal.ts";
import type { FileAccess } from "./text-file.ts";
import { readVars } from "./vars-files.ts";

/**
 * Reads `-e` options in the order given; a later value of a name comes later in the list. `k=v k2="v 2"` gives texts,
 * JSON and YAML (`{…}`) give typed values, `@file` reads a file of variables.
 */
export async function readExtraVars(
  options: readonly string[],
  access: FileAccess,
): Promise<{ readonly variables: readonly Variable[]; readonly problems: readonly Diagnostic[] }> {
  const variables: Variable[] = [];
  const problems: Diagnostic[] = [];
  for (const option of options) {
    const text = option.trim();
    if (text.startsWith("@")) {
      variables.push(...(await fromFile(text, access, problems)));
    } else if (/^[{[]/.test(text)) {
      variables.push(...fromYaml(text, problems));
    } else if (/^[/.]/.test(text)) {
      problems.push(
        wrong(text, "looks like a path", `To read variables from a file, write -e @${text}`),
      );
    } else {
      variables.push(...fromPairs(text, problems));
    }
  }
  return { variables, problems };
}

async function fromFile(
  option: string,
  access: FileAccess,
  problems: Diagnostic[],
): Promise<readonly Variable[]> {
  const variables = await readVars(option.slice(1), access, problems);
  return variables.map(({ name, value, at }) => ({
    name,
    value,
    from: { kind: "extra-vars", written: option, at },
  }));
}

function fromYaml(option: string, problems: Diagnostic[]): readonly Variable[] {
  const read = readYaml(option, "-e", { duplicateKeys: "warning", types: "exact" });
  problems.push(...read.problems);
  if (read.value === undefined) return [];
  const value = textKeyed(read.value.value);
  if (!isValueMap(value)) {
    problems.push(wrong(option, "is not a mapping", 'Write -e \'{"name": "value"}\'.'));
    return [];
  }
  return Object.entries(value).map(([name, item]) => ({
    name,
    value: item,
    from: { kind: "extra-vars", written: option },
  }));
}

function fromPairs(option: string, problems: Diagnostic[]): readonly Variable[] {
  const words = splitPairs(option);
  if (words === undefined) {
    problems.push(
      wrong(
        option,
        "has a quote or a template that is not closed",
        "Quote the whole option for the shell, too.",
      ),
    );
    return [];
  }
  return words.flatMap((word): Variable[] => {
    const text = unescaped(word);
    const split = /(?<!\\)=/.exec(text)?.index ?? -1;
    if (split <= 0 || text.slice(0, split).trim() === "__proto__") {
      problems.push(
        wrong(
          word,
          "is not name=value",
          "Values with blanks need quotes: -e 'name=\"two words\"'.",
        ),
      );
      return [];
    }
    const name = text.slice(0, split).trim();
    const value = unquoted(text.slice(split + 1).trim());
    return [{ name, value, from: { kind: "extra-vars", written: word } }];
  });
}

/** Splits at blanks that stand neither in quotes nor in a template. */
function splitPairs(option: string): readonly string[] | undefined {
  const words: string[] = [];
  let word = "";
  let quote = "";
  let template = "";
  for (let at = 0; at < option.length; at++) {
    const character = option.charAt(at);
    const two = option.slice(at, at + 2);
    if (template !== "") {
      word += character;
      if (two === template) {
        word += option.charAt(++at);
        template = "";
      }
    } else if (quote === "" && (two === "{{" || two === "{%" || two === "{#")) {
      template = two === "{{" ? "}}" : `${two.charAt(1)}}`;
      word += two;
      at++;
    } else if (/\s/.test(character) && quote === "") {
      if (word !== "") words.push(word);
      word = "";
    } else {
      if (quote === character && option.charAt(at - 1) !== "\\") quote = "";
      else if (quote === "" && /["']/.test(character)) quote = character;
      word += character;
    }
  }
  if (quote !== "" || template !== "") return undefined;
  if (word !== "") words.push(word);
  return words;
}

/** `\n`, `\t`, `\x41` and the like mean what they mean in Python; a backslash before anything else stays. */
function unescaped(word: string): string {
  let text = "";
  for (let at = 0; at < word.length; at++) {
    const known = word.charAt(at) === "\\" && /[\\'"abfnrtvxuU0-7]/.test(word.charAt(at + 1));
    const escape = known ? readEscape(word, at) : undefined;
    text += escape?.text ?? word.charAt(at);
    at += (escape?.length ?? 1) - 1;
  }
  return text;
}

function unquoted(text: string): string {
  const quote = text.charAt(0);
  const quoted = text.length > 1 && /["']/.test(quote) && text.endsWith(quote);
  return quoted && text.at(-2) !== "\\" ? text.slice(1, -1) : text;
}

function wrong(option: string, what: string, hint: string): Diagnostic {
  return {
    code: "inventory/extra-vars",
    severity: "error",
    summary: `-e ${option} ${what}`,
    hint,
  };
}
