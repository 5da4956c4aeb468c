import { choice, text } from "./frame-words.ts";
import { type JsonSchema } from "./step-schema.ts";

const HOSTS_OR_PERCENT = "a number of hosts, or a percentage such as 25%";
const batch = {
  type: ["integer", "string"],
  minimum: 1,
  pattern: "^(?:100|[1-9][0-9]?)%$",
  $comment: `${HOSTS_OR_PERCENT} from 1% to 100%`,
};

export const rolloutSchema: JsonSchema = {
  title: "rollout",
  type: "object",
  description: "In which order and how carefully hosts are changed.",
  properties: {
    mode: choice(
      ["serial", "window"],
      "`serial`: batch by batch, each through all phases. `window`: all hosts at once, phase by phase.",
    ),
    batches: {
      type: ["integer", "string", "array"],
      minimum: 1,
      pattern: batch.pattern,
      minItems: 1,
      items: batch,
      $comment: `${batch.$comment}, or a list of those`,
      description:
        "Hosts in a batch, or a list of such sizes of which the last repeats. A percentage is of the selection, rounded down, at least 1.",
    },
    forks: {
      type: "integer",
      minimum: 1,
      description: "How many hosts are worked on at the same time; 10 if not given.",
    },
    max_failures: {
      type: ["integer", "string"],
      minimum: 0,
      pattern: "^(?:100|[1-9]?[0-9])%$",
      $comment: `${HOSTS_OR_PERCENT} from 0% to 100%`,
      description:
        "Nothing new starts when more hosts than this failed, are unreachable or in doubt; 0 if not given.",
    },
    max_failures_per_batch: {
      type: ["integer", "string"],
      minimum: 0,
      pattern: "^(?:100|[1-9]?[0-9])%$",
      $comment: `${HOSTS_OR_PERCENT} from 0% to 100%`,
      description:
        "The same within one batch, beside `max_failures`; a percentage is of that batch, rounded down.",
    },
    min_healthy: {
      type: ["integer", "string"],
      minimum: 1,
      pattern: "^[1-9][0-9]?%$",
      $comment: `${HOSTS_OR_PERCENT} from 1% to 99%`,
      description:
        "A lane begins only while so many other hosts of `hosts:` are healthy, which `healthy:` says. A percentage is rounded up.",
    },
    on_failure: choice(
      ["stop", "rollback_host", "rollback_run", "ask"],
      "What happens to hosts after a failure: `ask` if not given, which is `stop` when nobody can answer.",
    ),
    pause_after: {
      type: "integer",
      minimum: 1,
      description:
        "Once so many hosts are done, no other begins before somebody says so; where nobody can, the run stops and can be resumed.",
    },
    pause_for: {
      type: ["string", "integer"],
      minimum: 0,
      description: "With `pause_after`: how long, instead of asking.",
    },
    window: {
      title: "window",
      type: "object",
      description: "Nothing starts outside of this time span.",
      properties: {
        timezone: text("A zone of the IANA database, such as Europe/Amsterdam."),
        start: text(
          'A wall-clock time in that zone: "2026-12-01 22:00" once, or "22:00" again and again.',
        ),
        end: text(
          'The same, "2026-12-02 04:00" or "04:00"; a time that is not after the start is on the next day.',
        ),
        days: {
          type: "array",
          minItems: 1,
          items: { type: "string", enum: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] },
          description:
            "Of a window that recurs, the days on which it opens; every day if not given.",
        },
        on_close: choice(
          ["finish_host", "finish_task", "rollback"],
          "What happens to a lane under way when the window closes; `finish_host` if not given.",
        ),
      },
      required: ["timezone", "start", "end"],
      additionalProperties: false,
    },
    lock: text(
      "Names something shared beyond the hosts, such as a bucket: one run on it at a time.",
    ),
    unreachable: {
      type: "string",
      pattern: String.raw`^(?:fail|skip|wait\([^()]+\))$`,
      $comment: '"fail", "skip" or "wait(10m)"',
      description: "What to do about a host that cannot be reached; `fail` if not given.",
    },
  },
  additionalProperties: false,
};
