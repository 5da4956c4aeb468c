/** What a run has on its hosts, as `unlock` and `abandon` show it before they ask. */
import type { OnHost } from "../engine/claims.ts";
import { printable } from "../lib/printable.ts";
import type { RunId } from "../model/ids.ts";

export function claimLines(run: RunId, claims: readonly OnHost[]): readonly string[] {
  return claims.flatMap((claim) => {
    if (claim.kind === "away")
      return [`${claim.host}  does not answer: ${printable(claim.diagnostic.summary)}`];
    const { host, holder, jobs } = claim;
    const lock =
      holder === undefined
        ? "no lock"
        : holder.run === run
          ? `locked, number ${holder.fencing}: ${holder.words.map(printable).join(", ")}`
          : `locked by another run, ${printable(holder.run)}: ${holder.words.map(printable).join(", ")}`;
    return [
      `${host}  ${lock}`,
      ...jobs
        .filter(({ isLive }) => isLive)
        .map(({ name }) => `${host}  a job is alive: ${printable(name)}`),
    ];
  });
}
