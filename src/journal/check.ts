/**
 * Whether lines that are as they were written also mean something to this release: a known format, known entries with the
 * fields that the fold relies on, and nothing about hosts or host-tasks that the run does not have. What fails here was
 * written by another release or by a bug; it is said, and nothing is done from it.
 */
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostTask } from "../model/ids.ts";
import { FLEET, hostTaskKey } from "../model/ids.ts";
import { FORMAT } from "../model/journal-entry.ts";
import type { JournalEntry, JournalLine } from "../model/journal-entry.ts";

type Kind = "text" | "number" | "flag" | "object" | "list" | "any" | "host" | "hosts" | "hostTask";

const FIELDS: { readonly [type in JournalEntry["type"]]: { readonly [field: string]: Kind } } = {
  "run-started": { format: "number", run: "text", hosts: "list", spec: "object" },
  planned: { pins: "object" },
  "goal-seen": { host: "host", reached: "flag" },
  decision: { who: "text", question: "text", answer: "any" },
  // Delegates are locked too, which are no hosts of the run.
  locked: { hosts: "list", fenced: "list", fencing: "number" },
  "window-set": { window: "any", who: "text" },
  "health-seen": { healthy: "hosts", away: "hosts", ended: "number", untilMs: "number" },
  "lane-begun": { host: "host" },
  looped: { task: "text", host: "host", items: "list" },
  intended: { of: "hostTask", step: "text", attempt: "number", changes: "list", undo: "object" },
  settled: { of: "hostTask", step: "text", outcome: "text", durationMs: "number" },
  unbegun: { of: "hostTask", why: "text" },
  "host-lost": { host: "host", diagnostic: "object" },
  "host-back": { host: "host" },
  "rollback-begun": { hosts: "hosts", whole: "flag", why: "text" },
  "rollback-way": { host: "host", way: "text" },
  "undo-intended": { of: "hostTask" },
  "undo-settled": { of: "hostTask", outcome: "text" },
  "host-rolled-back": { host: "host", outcome: "text" },
  "dns-watch-begun": { everyMs: "number", watches: "list", unwatched: "list" },
  "dns-silences": { seen: "list" },
  "dns-watched": { servers: "list", over: "flag" },
  "run-stopped": { why: "text", text: "text" },
  "run-resumed": { who: "text", format: "number" },
  "run-finished": { outcome: "text", text: "text" },
};

/** What keeps these lines from being used; empty when nothing does. */
export function checkLines(lines: readonly JournalLine[], file: string): readonly Diagnostic[] {
  const check = lineCheck(file);
  for (const line of lines) {
    const problem = check(line);
    if (problem) return [problem];
  }
  return [];
}

/** What keeps a line from being used, told of all before it. Nothing behind one that has a problem is to be asked about. */
export function lineCheck(file: string): (line: JournalLine) => Diagnostic | undefined {
  const known: Known = { hosts: new Set(), begun: new Set() };
  let isFirst = true;
  return ({ seq, entry }) => {
    const newer = newerFormat(entry);
    if (newer !== undefined) return { ...newer, at: { file, line: seq, column: 1 } };
    const wrong = wrongWith(entry, isFirst, known);
    isFirst = false;
    if (wrong === undefined) return undefined;
    return {
      code: "journal/not-understood",
      severity: "error",
      summary: `the journal says what this release does not understand: ${wrong}`,
      hint: "It is as it was written: use the release that wrote it. Nothing will be done from it here.",
      at: { file, line: seq, column: 1 },
    };
  };
}

function newerFormat(entry: unknown): Diagnostic | undefined {
  if (!isObject(entry) || typeof entry["format"] !== "number" || entry["format"] <= FORMAT)
    return undefined;
  if (entry["type"] !== "run-started" && entry["type"] !== "run-resumed") return undefined;
  return {
    code: "journal/newer-format",
    severity: "error",
    summary: `the journal has format ${entry["format"]}, and this release reads format ${FORMAT}`,
    hint: `Use the release that wrote it${typeof entry["version"] === "string" ? ` (${entry["version"]})` : ""}, or a newer one.`,
  };
}

interface Known {
  readonly hosts: Set<unknown>;
  /** Host-tasks that an entry has begun or settled. */
  readonly begun: Set<string>;
}

function wrongWith(entry: unknown, first: boolean, known: Known): string | undefined {
  if (!isObject(entry) || typeof entry["type"] !== "string") return "a line without an entry";
  const { type } = entry;
  if (!isType(type)) return `an entry of type "${type}"`;
  if (first !== (type === "run-started"))
    return first ? `it begins with "${type}"` : "the run starts a second time";
  for (const [field, kind] of Object.entries(FIELDS[type])) {
    if (!isOf(entry[field], kind)) return `"${type}" with a wrong "${field}"`;
  }
  if (type === "run-started") return hostsOf(entry, known);
  for (const [field, kind] of Object.entries(FIELDS[type])) {
    const stranger = strangersIn(entry[field], kind, known)[0];
    if (stranger !== undefined) return `"${type}" about ${stranger}, which is no host of the run`;
  }
  return hostTaskIn(type, entry["of"], known);
}

function hostsOf(entry: JsonLike, known: Known): string | undefined {
  const spec = entry["spec"] as JsonLike;
  for (const field of ["hosts", "fleet", "batches"] as const) {
    if (!Array.isArray(spec[field])) return `"run-started" whose spec has no "${field}"`;
  }
  for (const host of [...(spec["hosts"] as unknown[]), ...(spec["fleet"] as unknown[]), FLEET])
    known.hosts.add(host);
  return undefined;
}

function strangersIn(value: unknown, kind: Kind, known: Known): readonly string[] {
  const named =
    kind === "host"
      ? [value]
      : kind === "hosts"
        ? (value as unknown[])
        : kind === "hostTask"
          ? [(value as HostTask).host]
          : [];
  return named.filter((host) => !known.hosts.has(host)).map(String);
}

function hostTaskIn(type: JournalEntry["type"], of: unknown, known: Known): string | undefined {
  if (of === undefined) return undefined;
  const key = hostTaskKey(of as HostTask);
  if (type === "intended" || type === "settled") known.begun.add(key);
  else if (!known.begun.has(key)) return `"${type}" of ${key}, which was never begun`;
  return undefined;
}

type JsonLike = { readonly [field: string]: unknown };

function isObject(value: unknown): value is JsonLike {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isType(type: string): type is JournalEntry["type"] {
  return Object.hasOwn(FIELDS, type);
}

function isOf(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case "text":
    case "host":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "flag":
      return typeof value === "boolean";
    case "object":
      return isObject(value);
    case "list":
      return Array.isArray(value);
    case "hosts":
      return Array.isArray(value) && value.every((one) => typeof one === "string");
    case "any":
      return value !== undefined;
    case "hostTask":
      return (
        isObject(value) &&
        ["task", "host", "on"].every((field) => typeof value[field] === "string") &&
        (value["item"] === undefined || typeof value["item"] === "number")
      );
  }
}
