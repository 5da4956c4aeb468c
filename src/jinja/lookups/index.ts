import { didYouMean } from "../../lib/did-you-mean.ts";
import { textOr } from "../coerce.ts";
import type { Machine } from "../machine.ts";
import { failed, TemplateProblem, UndefinedProblem, unsupported } from "../problem.ts";
import { List } from "../values/datum.ts";
import type { Arguments, Datum } from "../values/datum.ts";
import { print } from "../values/print.ts";
import { truthy } from "../values/truth.ts";
import { COMMAND_LOOKUPS } from "./commands.ts";
import { FILE_LOOKUPS } from "./files.ts";
import { LIST_LOOKUPS } from "./lists.ts";
import type { Lookup } from "./lookup.ts";
import { sequence } from "./sequence.ts";
import { VARIABLE_LOOKUPS } from "./variables.ts";

const LOOKUPS: ReadonlyMap<string, Lookup> = new Map([
  ...Object.entries(COMMAND_LOOKUPS),
  ...Object.entries(FILE_LOOKUPS),
  ...Object.entries(LIST_LOOKUPS),
  ...Object.entries(VARIABLE_LOOKUPS),
  ["sequence", sequence],
]);

/** Lookups of Ansible that would reach out of the rendering, and what to use instead. */
const REFUSED: Readonly<Record<string, string>> = {
  password: "Keep the password in a vault: a rendering must not write files",
  url: "Fetch it in a task and register the answer",
  unvault: "Mark the value !vault, it is decrypted when it is used",
  config: "There is no Ansible configuration here",
  inventory_hostnames: "Use groups['name'] or ansible_play_hosts",
};

/** `lookup()` and `query()`: the first argument names the lookup. */
export function runLookup(machine: Machine, given: Arguments, how: { asList: boolean }): Datum {
  const [first, ...terms] = given.positional;
  if (first === undefined) throw failed("lookup needs the name of a lookup");
  const name = print(first).replace(/^ansible\.(?:builtin|legacy)\./, "");
  const options = new Map(given.named);
  const wantList = options.get("wantlist");
  const onError = textOr(options.get("errors"), "strict");
  options.delete("wantlist");
  options.delete("errors");
  const asList = how.asList || (wantList !== undefined && truthy(wantList));
  const found = LOOKUPS.get(name);
  if (found === undefined) throw unknownLookup(name);
  try {
    const answers = found(terms, options, machine);
    return asList ? new List([...answers]) : joined(answers);
  } catch (error) {
    const ignorable = error instanceof TemplateProblem && !(error instanceof UndefinedProblem);
    if (!ignorable || onError === "strict") throw error;
    return asList ? new List([]) : null;
  }
}

/** One answer stands for itself; several texts are joined, anything else stays a list. */
function joined(answers: readonly Datum[]): Datum {
  const [only] = answers;
  if (answers.length === 1 && only !== undefined) return only;
  const texts = answers.filter((answer) => typeof answer === "string");
  if (texts.length === answers.length && answers.length > 0) return texts.join(",");
  return new List([...answers]);
}

function unknownLookup(name: string): TemplateProblem {
  const instead = Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined;
  if (instead !== undefined) return unsupported(`the lookup '${name}' is not supported`, instead);
  const near = didYouMean(name, LOOKUPS.keys());
  return failed(
    `there is no lookup '${name}'`,
    near === undefined
      ? `These exist: ${[...LOOKUPS.keys()].join(", ")}`
      : `Did you mean "${near}"?`,
  );
}
