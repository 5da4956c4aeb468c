import { isValueMap, type Value } from "../model/value.ts";
import { isValueList, say, type Source, type YamlPath } from "./source.ts";
import { yamlTrap } from "./yaml-traps.ts";

/** `22:00` and `1:30` without quotes are numbers of base 60: allowed by many types, and meant by nobody. */
export function checkNumbers(source: Source): void {
  look(source, source.value, []);
}

function look(source: Source, value: Value, path: YamlPath): void {
  if (isValueMap(value)) {
    for (const [key, part] of Object.entries(value)) look(source, part, [...path, key]);
  } else if (isValueList(value)) {
    for (const [index, part] of value.entries()) look(source, part, [...path, index]);
  } else if (typeof value === "number") {
    const written = source.written(path);
    if (written?.includes(":") !== true) return;
    const at = source.at(path);
    const known = ({ line, column }: { line: number; column: number }) =>
      line === at.line && column === at.column;
    if (source.problems.some((problem) => problem.at !== undefined && known(problem.at))) return;
    say(source, at, {
      code: "playbook/base-60",
      summary: `${written} is read as the number ${value}`,
      hint: yamlTrap(written, value, []),
    });
  }
}
