import { failed } from "../problem.ts";
import { compareNumbers } from "./compare-versions.ts";

const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+[0-9a-zA-Z.-]+)?$/;

/** Semantic versions: a pre-release is lower than its release, build metadata counts for nothing. */
export function compareSemver(left: string, right: string): number {
  const a = read(left);
  const b = read(right);
  const core = compareNumbers(a.core, b.core);
  if (core !== 0) return core;
  if (a.pre.length === 0 || b.pre.length === 0) return Math.sign(b.pre.length - a.pre.length);
  for (let index = 0; index < Math.min(a.pre.length, b.pre.length); index++) {
    const order = compareIdentifiers(a.pre[index] ?? "", b.pre[index] ?? "");
    if (order !== 0) return order;
  }
  return Math.sign(a.pre.length - b.pre.length);
}

function read(version: string): { core: number[]; pre: string[] } {
  const match = SEMVER.exec(version);
  if (match === null)
    throw failed(`invalid semantic version '${version}'`, "Semantic versions look like 1.2.3");
  const [, major, minor, patch, pre] = match;
  return { core: [Number(major), Number(minor), Number(patch)], pre: pre?.split(".") ?? [] };
}

/** Numbers rank below words. */
function compareIdentifiers(left: string, right: string): number {
  const [a, b] = [/^\d+$/.test(left), /^\d+$/.test(right)];
  if (a && b) return Math.sign(Number(left) - Number(right));
  if (a !== b) return a ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
}
