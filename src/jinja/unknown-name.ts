import { didYouMean } from "../lib/did-you-mean.ts";
import { FILTERS } from "./filters/index.ts";
import { TemplateProblem } from "./problem.ts";
import { TESTS } from "./tests/index.ts";

export function unknownFilter(name: string): TemplateProblem {
  return unknown("filter", name, FILTERS.keys());
}

export function unknownTest(name: string): TemplateProblem {
  return unknown("test", name, TESTS.keys());
}

function unknown(what: string, name: string, known: Iterable<string>): TemplateProblem {
  const near = didYouMean(name, known);
  const collection = /^(\w+\.\w+)\.\w+$/.exec(name)?.[1];
  const hint =
    near !== undefined
      ? `Did you mean "${near}"?`
      : collection === undefined
        ? `Those of ansible-core exist, and no others`
        : `Plugins of the collection ${collection} do not exist here: those of ansible-core do`;
  return new TemplateProblem("jinja/syntax", `there is no ${what} '${name}'`, { hint });
}
