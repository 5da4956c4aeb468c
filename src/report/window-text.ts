/** The window of a plan: when it opens and closes, and what fits. */
import { showDuration } from "../lib/duration.ts";
import type { HostId } from "../model/ids.ts";
import type { OpenSpan } from "../model/run-spec.ts";
import type { Paint } from "./paint.ts";
import { hostList } from "./host-list.ts";

export interface WindowWording {
  readonly span: OpenSpan;
  readonly nowMs: number;
  readonly fits: readonly { readonly host: HostId; readonly endsAt: number }[];
  readonly doesNotFit: readonly HostId[];
  readonly unknown: readonly HostId[];
}

export function windowText(of: WindowWording, paint: Paint): string {
  const { span, nowMs, fits, doesNotFit, unknown } = of;
  const standing =
    nowMs < span.opensAt
      ? paint.warn(`opens in ${showDuration(span.opensAt - nowMs)}`)
      : nowMs < span.closesAt
        ? paint.good(`open for another ${showDuration(span.closesAt - nowMs)}`)
        : paint.bad("has closed");
  const last = fits.at(-1);
  return [
    `${paint.bold("window")}: ${span.text}; ${standing}`,
    ...(last
      ? [
          `  fits: ${hostList(fits.map(({ host }) => host))}, done ${showDuration(Math.max(0, span.closesAt - last.endsAt))} before it closes`,
        ]
      : []),
    ...(doesNotFit.length > 0
      ? [`  ${paint.warn("does not fit")}: ${hostList(doesNotFit)}; not begun in this window`]
      : []),
    ...(unknown.length > 0
      ? [
          `  not known how long it takes: ${hostList(unknown)} (no \`expect:\` on a task, and no earlier run of this playbook)`,
        ]
      : []),
  ].join("\n");
}
