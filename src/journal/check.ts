/**
 * Whether lines that are as they were written also mean something to this release: a known format, known entries with the
 * fields that the fold relies on, and nothing about hosts or host-tasks that the run does not have. What fails here was
 * written by another release or by a bug; it is said, and nothing is done from it.
 */
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostTask } from "../model/ids.ts";
import { FLEET, hostTaskKey } from "../model/ids.ts";
import { FORMAT, openPart, SEALED } from "../model/journal-entry.ts";
import type { JournalEntry, JournalLine, SealedFields } from "../model/journal-entry.ts";

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

type Field = readonly [name: string, kind: Kind];

/** Of each entry, the fields that everybody can read, and the sealed ones. */
const OPEN = new Map<string, readonly Field[]>();
const CLOSED = new Map<string, readonly Field[]>();
for (const [type, fields] of Object.entries(FIELDS)) {
  const hidden = new Set(SEALED[type as JournalEntry["type"]]);
  const all = Object.entries(fields);
  OPEN.set(
    type,
    all.filter(([name]) => !hidden.has(name)),
  );
  CLOSED.set(
    type,
    all.filter(([name]) => hidden.has(name)),
  );
}

/**
 * What keeps a line from being used, told of all before it, and of its sealed fields where they were opened. Nothing behind
 * one that has a problem is to be asked about.
 */
export function lineCheck(
  file: string,
): (line: JournalLine, opened?: SealedFields) => Diagnostic | undefined {
  const known: Known = { hosts: new Set(), begun: new Map() };
  let isFirst = true;
  return (line, opened) => {
    const entry: unknown = openPart(line);
    const at = { file, line: line.seq, column: 1 };
    const newer = newerFormat(entry);
    if (newer !== undefined) return { ...newer, at };
    // Of a line that was never sealed, all is open.
    const wrong = wrongWith(entry, line.open ? opened : line.entry, isFirst, known);
    isFirst = false;
    return wrong === undefined ? undefined : notUnderstood(wrong, at);
  };
}

/** What keeps the sealed fields of an entry from being used, when they are opened later than the line was checked. */
export function sealedCheck(
  type: JournalEntry["type"],
  fields: SealedFields,
  at: Diagnostic["at"],
): Diagnostic | undefined {
  const wrong = wrongFieldOf(type, fields as JsonLike, CLOSED.get(type));
  return wrong === undefined ? undefined : notUnderstood(wrong, at);
}

function notUnderstood(wrong: string, at: Diagnostic["at"]): Diagnostic {
  return {
    code: "journal/not-understood",
    severity: "error",
    summary: `the journal says what this release does not understand: ${wrong}`,
    hint: "It is as it was written: use the release that wrote it. Nothing will be done from it here.",
    ...(at && { at }),
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
  /** Host-tasks that an entry has begun or settled: tasks, with their item where they have one, by host. */
  readonly begun: Map<string, Set<string>>;
}

function wrongWith(
  entry: unknown,
  opened: unknown,
  first: boolean,
  known: Known,
): string | undefined {
  if (!isObject(entry) || typeof entry["type"] !== "string") return "a line without an entry";
  const { type } = entry;
  if (!isType(type)) return `an entry of type "${type}"`;
  if (first !== (type === "run-started"))
    return first ? `it begins with "${type}"` : "the run starts a second time";
  const wrong = wrongFieldOf(type, entry, OPEN.get(type));
  if (wrong !== undefined) return wrong;
  if (isObject(opened)) {
    const hidden = wrongFieldOf(type, opened, CLOSED.get(type));
    if (hidden !== undefined) return hidden;
  }
  if (type === "run-started") return isObject(opened) ? hostsOf(opened, known) : NO_SPEC;
  for (const [field, kind] of OPEN.get(type) ?? []) {
    const stranger = strangerIn(entry[field], kind, known);
    if (stranger !== undefined) return `"${type}" about ${stranger}, which is no host of the run`;
  }
  return hostTaskIn(type, entry["of"], known);
}

const NO_SPEC = '"run-started" with a wrong "spec"';

function wrongFieldOf(
  type: string,
  entry: JsonLike,
  fields: readonly Field[] | undefined,
): string | undefined {
  for (const [field, kind] of fields ?? []) {
    if (!isOf(entry[field], kind)) return `"${type}" with a wrong "${field}"`;
  }
  return undefined;
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

function strangerIn(value: unknown, kind: Kind, known: Known): string | undefined {
  const isStrange = (host: unknown): boolean => !known.hosts.has(host);
  switch (kind) {
    case "host":
      return isStrange(value) ? String(value) : undefined;
    case "hostTask": {
      const { host } = value as HostTask;
      return isStrange(host) ? host : undefined;
    }
    case "hosts": {
      return (value as readonly string[]).find(isStrange);
    }
    case "text":
    case "number":
    case "flag":
    case "object":
    case "list":
    case "any":
      return undefined;
  }
}

function hostTaskIn(type: JournalEntry["type"], of: unknown, known: Known): string | undefined {
  if (of === undefined) return undefined;
  const { task, item, host } = of as HostTask;
  // Not the host-task's own key: a journal has a million of them.
  const unit = item === undefined ? task : `${task}[${item}]`;
  let begun = known.begun.get(host);
  if (type === "intended" || type === "settled") {
    if (!begun) known.begun.set(host, (begun = new Set()));
    begun.add(unit);
    return undefined;
  }
  return begun?.has(unit) === true
    ? undefined
    : `"${type}" of ${hostTaskKey(of as HostTask)}, which was never begun`;
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
