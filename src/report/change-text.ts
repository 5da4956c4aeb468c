/** Changes as a diff: lines for texts, one line for everything else. */
import { printable } from "../lib/printable.ts";
import type { Json } from "../model/json.ts";
import type { Change } from "../model/step.ts";
import type { Paint } from "./paint.ts";

const MOST_LINES = 60;

export function changeText(change: Change, paint: Paint): readonly string[] {
  const { what, before, after } = change;
  const [old, young] = [linesOf(before), linesOf(after)];
  if (old && young && Math.max(old.length, young.length) > 1) {
    const lines = diffLines(old, young);
    const shown = lines.slice(0, MOST_LINES).map((line) => {
      const text = printable(line);
      if (line.startsWith("+")) return paint.good(text);
      return line.startsWith("-") ? paint.bad(text) : paint.dim(text);
    });
    const more = lines.length - shown.length;
    return [
      `${what}:${before === null ? " new" : after === null ? " gone" : ""}`,
      ...shown.map((line) => `  ${line}`),
      ...(more > 0 ? [`  … ${more} more lines`] : []),
    ];
  }
  return [`${what}: ${paint.bad(valueText(before))} → ${paint.good(valueText(after))}`];
}

/** Undefined: no text. What is not there has no lines; a newline at the end begins no line of its own. */
export function linesOf(value: Json): readonly string[] | undefined {
  if (value === null) return [];
  return typeof value === "string" ? value.replace(/\n$/, "").split("\n") : undefined;
}

export function valueText(value: Json): string {
  if (value === null) return "absent";
  const text = typeof value === "string" ? value.replace(/\n$/, "") : JSON.stringify(value);
  return printable(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}

/** Longest common subsequence with three lines of surroundings; plain replacement when the texts are very large. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly string[] {
  if (before.length * after.length > 4_000_000) {
    return [`- ${before.length} lines`, `+ ${after.length} lines`];
  }
  const rows = before.length + 1;
  const columns = after.length + 1;
  const lengths = new Uint32Array(rows * columns);
  const at = (i: number, j: number): number => lengths[i * columns + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      lengths[i * columns + j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const all: string[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      all.push(`  ${before[i++]}`);
      j++;
    } else if (i < before.length && (j >= after.length || at(i + 1, j) >= at(i, j + 1))) {
      all.push(`- ${before[i++]}`);
    } else {
      all.push(`+ ${after[j++]}`);
    }
  }
  return nearChanges(all);
}

function nearChanges(lines: readonly string[]): readonly string[] {
  const keep = new Set<number>();
  lines.forEach((line, index) => {
    if (line.startsWith("  ")) return;
    for (let near = index - 3; near <= index + 3; near++) keep.add(near);
  });
  const shown: string[] = [];
  lines.forEach((line, index) => {
    if (keep.has(index)) shown.push(line);
    else if (keep.has(index - 1)) shown.push("  …");
  });
  return shown;
}
