/** What is said through the socket of a run: one line of JSON there, one back. */
import type { Json } from "../../model/json.ts";

/** `now`: after the running tasks, and said again: at once. */
const STOPS = ["look", "rest-point", "now"] as const;
export type WantedStop = (typeof STOPS)[number];

export interface StopAnswer {
  readonly run: string;
  readonly pid: number;
  readonly level: 0 | 1 | 2 | 3;
}

export function stopLine(wanted: WantedStop): string {
  return `${JSON.stringify({ stop: wanted })}\n`;
}

export function wantedStop(line: string): WantedStop | undefined {
  const said = parsed(line)?.["stop"];
  return STOPS.find((one) => one === said);
}

export function stopAnswer(line: string): StopAnswer | undefined {
  const { run, pid, level } = parsed(line) ?? {};
  if (typeof run !== "string" || typeof pid !== "number") return undefined;
  return level === 0 || level === 1 || level === 2 || level === 3 ? { run, pid, level } : undefined;
}

function parsed(line: string): { readonly [name: string]: Json } | undefined {
  try {
    const value = JSON.parse(line) as Json;
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as { readonly [name: string]: Json })
      : undefined;
  } catch {
    return undefined;
  }
}
