import { asText } from "../lib/as-text.ts";
import { parseDuration } from "../lib/duration.ts";
import type { BatchSize, OnFailure, Rollout } from "../model/playbook.ts";
import { isValueMap, type Value, type ValueMap } from "../model/value.ts";
import { isValueList, say, valueAt, type Source } from "./source.ts";
import { readWindowSpan } from "./window-span.ts";

/** Ansible's `forks`: enough for a rack, few enough for a bastion. */
const FORKS = 10;

const FAILURE_WORDS: readonly OnFailure[] = ["stop", "rollback_host", "rollback_run", "ask"];

/** What is missing or wrong, which the schema said already, gets its default. */
export function readRollout(source: Source): Rollout {
  const value = valueAt(source, ["rollout"]);
  const written = isValueMap(value) ? value : {};
  const mode = written["mode"] === "window" ? "window" : "serial";
  const onFailure = FAILURE_WORDS.find((word) => word === written["on_failure"]) ?? "ask";
  const window = readWindowSpan(source, ["rollout", "window"]);
  const { lock, forks, batches } = written;
  if (mode === "window" && onFailure === "stop") {
    say(source, source.at(["rollout", "on_failure"]), {
      code: "playbook/window-stops",
      severity: "warning",
      summary: "a failure would leave the whole fleet in the middle of a phase",
      hint: "In `mode: window` every host is in the same phase: write `on_failure: rollback_run` or `ask`.",
    });
  }
  if (mode === "window" && batches !== undefined) {
    say(source, source.at(["rollout", "batches"], "key"), {
      code: "playbook/unused",
      severity: "warning",
      summary: '"batches" has no meaning in `mode: window`',
      hint: "All hosts go through each phase together; `forks` limits how many at the same time.",
    });
  }
  const minHealthy = readMinHealthy(source, mode, written);
  const perBatch = batchSize(written["max_failures_per_batch"]);
  if (mode === "window" && perBatch !== undefined) {
    say(source, source.at(["rollout", "max_failures_per_batch"], "key"), {
      code: "playbook/unused",
      severity: "warning",
      summary: '"max_failures_per_batch" has no meaning in `mode: window`, which has no batches',
      hint: "`max_failures` counts over the whole selection.",
    });
  }
  return {
    mode,
    batches: batchSizes(batches),
    forks: typeof forks === "number" && forks >= 1 ? forks : FORKS,
    maxFailures: batchSize(written["max_failures"]) ?? { kind: "count", hosts: 0 },
    ...(perBatch === undefined ? {} : { maxFailuresPerBatch: perBatch }),
    onFailure,
    ...(minHealthy === undefined ? {} : { minHealthy }),
    ...pauseAfter(source, mode, written),
    ...(window === undefined ? {} : { window }),
    ...(lock === undefined ? {} : { lock }),
    unreachable: readUnreachable(source, written["unreachable"]),
  };
}

function readMinHealthy(
  source: Source,
  mode: Rollout["mode"],
  written: ValueMap,
): BatchSize | undefined {
  const wanted = batchSize(written["min_healthy"]);
  const judged = valueAt(source, ["healthy"]) !== undefined;
  if (wanted !== undefined && !judged) {
    say(source, source.at(["rollout", "min_healthy"], "key"), {
      code: "playbook/missing-key",
      summary: '"min_healthy" counts healthy hosts, and nothing says which ones are',
      hint: "Write `healthy:` beside `phases:`, with read-only steps that hold on a host in service.",
    });
  }
  if (wanted === undefined && judged) {
    say(source, source.at(["healthy"], "key"), {
      code: "playbook/unused",
      severity: "warning",
      summary: '"healthy" has no meaning without `rollout: { min_healthy: … }`',
    });
  }
  if (wanted !== undefined && mode === "window") {
    say(source, source.at(["rollout", "min_healthy"], "key"), {
      code: "playbook/unused",
      severity: "warning",
      summary: '"min_healthy" has no meaning in `mode: window`, where all hosts are away together',
    });
  }
  return wanted;
}

function pauseAfter(
  source: Source,
  mode: Rollout["mode"],
  written: ValueMap,
): Pick<Rollout, "pauseAfter"> {
  const { pause_after: hosts, pause_for: time } = written;
  const forMs = typeof time === "number" ? time * 1000 : parseDuration(asText(time ?? ""));
  if (time !== undefined && forMs === undefined) {
    say(source, source.at(["rollout", "pause_for"]), {
      code: "playbook/bad-value",
      summary: `"${asText(time)}" is not a duration`,
      hint: "Write for example `pause_for: 10m`.",
    });
  }
  const unused = hosts === undefined ? "pause_for" : mode === "window" ? "pause_after" : undefined;
  if (unused !== undefined && written[unused] !== undefined) {
    say(source, source.at(["rollout", unused], "key"), {
      code: "playbook/unused",
      severity: "warning",
      summary: `"${unused}" has no meaning ${hosts === undefined ? 'without "pause_after"' : "in `mode: window`, where all hosts begin together"}`,
    });
  }
  if (typeof hosts !== "number") return {};
  return { pauseAfter: { hosts, ...(forMs !== undefined && { forMs }) } };
}

function batchSizes(value: Value | undefined): readonly [BatchSize, ...BatchSize[]] {
  const written = isValueList(value) ? value : [value];
  const [first, ...rest] = written.flatMap((one) => batchSize(one) ?? []);
  return [first ?? { kind: "count", hosts: 1 }, ...rest];
}

/** A percentage is a text that ends in %; what is neither that nor a number is absent. */
export function batchSize(value: Value | undefined): BatchSize | undefined {
  if (typeof value === "number") return { kind: "count", hosts: value };
  const percent = typeof value === "string" ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? undefined : { kind: "percent", percent: Number(percent) };
}

function readUnreachable(source: Source, value: Value | undefined): Rollout["unreachable"] {
  if (value === "skip") return "skip";
  const duration = typeof value === "string" ? /^wait\(([^()]+)\)$/.exec(value)?.[1] : undefined;
  if (duration === undefined) return "fail";
  const waitMs = parseDuration(duration);
  if (waitMs !== undefined) return { waitMs };
  say(source, source.at(["rollout", "unreachable"]), {
    code: "playbook/bad-value",
    summary: `"${duration}" is not a duration`,
    hint: "Write for example `unreachable: wait(10m)`.",
  });
  return "fail";
}
