/** The operator's word on a host-task in doubt: `--settle TASK@HOST=applied` or `=not-applied`, kept with their name. */
import type { Running } from "../engine/running.ts";
import type { Diagnostic } from "../model/diagnostic.ts";

export async function settleByHand(
  running: Running,
  words: readonly string[],
  who: string,
): Promise<readonly Diagnostic[]> {
  const problems: Diagnostic[] = [];
  for (const word of words) {
    const match = /^(.+@.+)=(applied|not-applied)$/.exec(word);
    const record = match
      ? [...running.state.lanes.values()].flatMap((lane) =>
          [...lane.tasks].filter(([key]) => key === match[1]),
        )[0]?.[1]
      : undefined;
    if (!match || !record || (record.standing !== "intended" && record.standing !== "in-doubt")) {
      problems.push({
        code: "cli/settle",
        severity: "error",
        summary: `--settle ${word}: ${match ? "nothing of that name is in doubt" : "it is not TASK@HOST=applied or =not-applied"}`,
        hint: `In doubt are: ${inDoubt(running).join(", ") || "none"}.`,
      });
      continue;
    }
    await running.append({
      type: "decision",
      who,
      question: `settle ${match[1]}`,
      answer: match[2] ?? null,
    });
    if (match[2] === "applied") {
      await running.append({
        type: "settled",
        of: record.of,
        step: record.step,
        outcome: "applied",
        durationMs: 0,
        registered: { changed: true, failed: false },
      });
    } else {
      await running.append({
        type: "unbegun",
        of: record.of,
        why: `${who} says that it did not happen`,
      });
    }
  }
  return problems;
}

function inDoubt(running: Running): readonly string[] {
  return [...running.state.lanes.values()].flatMap((lane) =>
    [...lane.tasks].flatMap(([key, record]) =>
      record.standing === "intended" || record.standing === "in-doubt" ? [key] : [],
    ),
  );
}
