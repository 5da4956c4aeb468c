import { failed } from "../problem.ts";
import { comparePep440 } from "./pep440.ts";
import { compareSemver } from "./semver.ts";

type Answers = (order: number) => boolean;

const LESS: Answers = (order) => order < 0;
const LESS_EQUAL: Answers = (order) => order <= 0;
const EQUAL: Answers = (order) => order === 0;
const UNEQUAL: Answers = (order) => order !== 0;
const GREATER: Answers = (order) => order > 0;
const GREATER_EQUAL: Answers = (order) => order >= 0;

export const VERSION_OPERATORS: ReadonlyMap<string, Answers> = new Map([
  ["==", EQUAL],
  ["=", EQUAL],
  ["eq", EQUAL],
  ["<", LESS],
  ["lt", LESS],
  ["<=", LESS_EQUAL],
  ["le", LESS_EQUAL],
  [">", GREATER],
  ["gt", GREATER],
  [">=", GREATER_EQUAL],
  ["ge", GREATER_EQUAL],
  ["!=", UNEQUAL],
  ["<>", UNEQUAL],
  ["ne", UNEQUAL],
]);

/** Below zero, zero or above zero. `loose` is what Ansible compares with unless told otherwise. */
export function compareVersions(kind: string, left: string, right: string): number {
  switch (kind) {
    case "loose":
      return compareLoose(left, right);
    case "strict":
      return compareStrict(left, right);
    case "semver":
    case "semantic":
      return compareSemver(left, right);
    case "pep440":
      return comparePep440(left, right);
    default:
      throw failed(`unknown version_type '${kind}'`, "loose, strict, semver, semantic or pep440");
  }
}

/** Runs of digits and of letters, one by one; a number and a word cannot be compared. */
function compareLoose(left: string, right: string): number {
  const a = left.match(/\d+|[a-z]+|[^\da-z.]+/g) ?? [];
  const b = right.match(/\d+|[a-z]+|[^\da-z.]+/g) ?? [];
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const x = a[index] ?? "";
    const y = b[index] ?? "";
    const [xNumber, yNumber] = [/^\d/.test(x), /^\d/.test(y)];
    if (xNumber !== yNumber)
      throw failed(
        `cannot compare the versions '${left}' and '${right}': '${x}' against '${y}'`,
        "Name the kind of version: version_type='semver' or 'pep440'",
      );
    if (xNumber) {
      const [p, q] = [BigInt(x), BigInt(y)];
      if (p !== q) return p < q ? -1 : 1;
    } else if (x !== y) return x < y ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}

function compareStrict(left: string, right: string): number {
  const read = (version: string) => {
    const match = /^(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?$/.exec(version);
    if (match === null)
      throw failed(
        `invalid version number '${version}'`,
        "Strict versions look like 1.2.3 or 1.2b3",
      );
    const [, major, minor, patch = "0", letter, number] = match;
    const stage = letter === undefined ? 2 : letter === "b" ? 1 : 0;
    return [Number(major), Number(minor), Number(patch), stage, Number(number ?? 0)];
  };
  return compareNumbers(read(left), read(right));
}

export function compareNumbers(left: readonly number[], right: readonly number[]): number {
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}
