import { failed } from "../problem.ts";
import { compareNumbers } from "./compare-versions.ts";

const PEP440 =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)[-_.]?(?:(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/i;

const STAGES: Readonly<Record<string, number>> = {
  a: 1,
  alpha: 1,
  b: 2,
  beta: 2,
  c: 3,
  rc: 3,
  pre: 3,
  preview: 3,
};
const RELEASE = 9;
const DEV_OF_RELEASE = 0;

/** Python's own versions: dev < alpha < beta < rc < release < post. */
export function comparePep440(left: string, right: string): number {
  const a = read(left);
  const b = read(right);
  return (
    Math.sign(a.epoch - b.epoch) ||
    compareNumbers(a.release, b.release) ||
    compareNumbers(a.rest, b.rest) ||
    compareLocal(a.local, b.local)
  );
}

function read(version: string) {
  const match = PEP440.exec(version.trim());
  if (match === null)
    throw failed(`invalid version '${version}'`, "PEP 440 versions look like 1.2.3rc1");
  const [
    ,
    epoch = "0",
    release = "",
    stage,
    stageNumber,
    dash,
    post,
    postNumber,
    dev,
    devNumber,
    local = "",
  ] = match;
  const hasPost = post !== undefined || dash !== undefined;
  const rank =
    stage !== undefined
      ? (STAGES[stage.toLowerCase()] ?? RELEASE)
      : dev !== undefined && !hasPost
        ? DEV_OF_RELEASE
        : RELEASE;
  const postRank = hasPost ? Number(dash ?? (postNumber === "" ? 0 : postNumber)) + 1 : 0;
  const devRank = dev === undefined ? Number.MAX_SAFE_INTEGER : Number(devNumber ?? 0);
  return {
    epoch: Number(epoch),
    release: release.split(".").map(Number),
    rest: [rank, Number(stageNumber ?? 0), postRank, devRank],
    local: local
      .toLowerCase()
      .split(/[-_.]/)
      .filter((part) => part !== ""),
  };
}

function compareLocal(left: readonly string[], right: readonly string[]): number {
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [a, b] = [left[index], right[index]];
    if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
    const [x, y] = [/^\d+$/.test(a), /^\d+$/.test(b)];
    if (x && y && Number(a) !== Number(b)) return Number(a) < Number(b) ? -1 : 1;
    if (x !== y) return x ? 1 : -1;
    if (!x && a !== b) return a < b ? -1 : 1;
  }
  return 0;
}
