/**
 * What must be true of a journal and of what happened in the world meanwhile, told without the engine: it reads entries
 * and effects, and knows nothing of folds, plans or decisions.
 */
import type { HostId, HostTask } from "../../src/model/ids.ts";
import type { JournalEntry, JournalLine } from "../../src/model/journal-entry.ts";
import {
  begunAfterStop,
  claimedInVain,
  leftTooEarly,
  withoutConsent,
  withoutRecord,
  writtenByReads,
} from "./journal-rules.ts";
import type { Effect } from "./toy-steps.ts";

type Intended = Extract<JournalEntry, { type: "intended" }>;

function keyOf({ task, item, host }: HostTask): string {
  return `${task}[${item ?? ""}]@${host}`;
}

/** A stretch of the journal in which one host-task may have been changing its machine. */
interface Stretch {
  readonly key: string;
  readonly host: HostId;
  readonly on: HostId;
  readonly back: boolean;
  readonly from: number;
  /** The line that ended it; a life that ended in between leaves it open until the next one settles it. */
  to: number;
  /** A new controller began while it was open. */
  cut: boolean;
  readonly changed: readonly string[];
  readonly undo: string | undefined;
}

function stretchesOf(lines: readonly JournalLine[]): readonly Stretch[] {
  const all: Stretch[] = [];
  const open = new Map<string, Stretch>();
  const firsts = new Map<string, Intended>();
  const close = (key: string, seq: number): void => {
    const stretch = open.get(key);
    if (stretch) stretch.to = seq;
    open.delete(key);
  };
  for (const { seq, entry } of lines) {
    switch (entry.type) {
      case "intended": {
        const key = keyOf(entry.of);
        if (!firsts.has(key)) firsts.set(key, entry);
        close(key, seq);
        const { host, on } = entry.of;
        const changed = entry.changes.map(({ what }) => what);
        const undo =
          entry.undo.kind === "reversible" ? JSON.stringify(entry.undo.record) : undefined;
        const stretch = {
          key,
          host,
          on,
          back: false,
          from: seq,
          to: Infinity,
          cut: false,
          changed,
          undo,
        };
        open.set(key, stretch);
        all.push(stretch);
        break;
      }
      case "settled":
      case "unbegun":
        close(keyOf(entry.of), seq);
        break;
      case "undo-intended": {
        const key = `undo ${keyOf(entry.of)}`;
        const first = firsts.get(keyOf(entry.of));
        close(key, seq);
        const { host, on } = first?.of ?? entry.of;
        const changed = (first?.changes ?? []).map(({ what }) => what);
        const stretch = {
          key,
          host,
          on,
          back: true,
          from: seq,
          to: Infinity,
          cut: false,
          changed,
          undo: undefined,
        };
        open.set(key, stretch);
        all.push(stretch);
        break;
      }
      case "undo-settled":
        close(`undo ${keyOf(entry.of)}`, seq);
        break;
      case "run-resumed":
        for (const stretch of open.values()) stretch.cut = true;
        break;
      default:
        break;
    }
  }
  return all;
}

/** E1: two host-tasks that changed one machine at the same time. */
export function overlaps(lines: readonly JournalLine[]): readonly string[] {
  const found: string[] = [];
  const stretches = stretchesOf(lines);
  for (const [index, one] of stretches.entries()) {
    for (const other of stretches.slice(index + 1)) {
      if (other.from >= one.to) continue;
      if (one.on !== other.on || one.cut || other.cut) continue;
      // An inverse runs inside the undo that it is.
      if (one.back && !other.back && other.host === one.host) continue;
      // Taken back while in doubt.
      if (other.key === `undo ${one.key}`) continue;
      found.push(
        `${one.key} (line ${one.from}) and ${other.key} (line ${other.from}) on ${one.on}`,
      );
    }
  }
  return found;
}

/** J1: effects on a machine without an intent, or an undo's intent, before them that was not settled yet. */
export function unannounced(
  lines: readonly JournalLine[],
  effects: readonly Effect[],
): readonly string[] {
  const stretches = stretchesOf(lines);
  return effects.flatMap(({ on, verb, key, lines: seq }) =>
    stretches.some(
      (one) =>
        one.on === on &&
        one.from <= seq &&
        one.to > seq &&
        one.changed.some((what) => what === key || what.endsWith(` ${key}`)),
    )
      ? []
      : [`${on} ${verb} ${key} after line ${seq}`],
  );
}

/** Once means once: a `strike` or `knock` for every intent that was not found never to have happened. */
export function repeated(
  lines: readonly JournalLine[],
  effects: readonly Effect[],
): readonly string[] {
  const stretches = stretchesOf(lines);
  const tally = new Map<string, number>();
  for (const { on, verb, key, lines: seq } of effects) {
    if (verb !== "strike" && verb !== "knock") continue;
    const of = stretches.find(
      (one) =>
        one.on === on &&
        one.from <= seq &&
        one.to > seq &&
        one.changed.some((what) => what.endsWith(` ${key}`)),
    );
    const name = `${of?.key ?? "nobody"}: ${on} ${verb} ${key}`;
    tally.set(name, (tally.get(name) ?? 0) + 1);
  }
  return [...tally].flatMap(([name, times]) => (times > 1 ? [`${name}, ${times} times`] : []));
}

/** R2: what a host undid out of the reverse order of its first intents. */
export function disordered(lines: readonly JournalLine[]): readonly string[] {
  const firsts = new Map<string, number>();
  const ways = new Map<HostId, "undo" | "phases">();
  const last = new Map<HostId, number>();
  const found: string[] = [];
  const undone = new Set<string>();
  for (const { seq, entry } of lines) {
    if (entry.type === "intended" && !firsts.has(keyOf(entry.of))) firsts.set(keyOf(entry.of), seq);
    if (entry.type === "rollback-way") ways.set(entry.host, entry.way);
    if (entry.type !== "undo-intended") continue;
    const key = keyOf(entry.of);
    const { host } = entry.of;
    const order = firsts.get(key);
    if (order === undefined) found.push(`${key} was undone and never intended`);
    if (undone.has(key) || ways.get(host) === "phases") continue;
    undone.add(key);
    if ((order ?? 0) > (last.get(host) ?? Infinity)) found.push(`${key} was undone too late`);
    last.set(host, order ?? 0);
  }
  return found;
}

/** J4: lines that do not follow each other, or a journal that does not begin with its run. */
export function misnumbered(lines: readonly JournalLine[]): readonly string[] {
  return lines.flatMap(({ seq, entry }, index) =>
    seq === index + 1 && (entry.type === "run-started") === (index === 0)
      ? []
      : [`line ${index + 1} is ${entry.type}, number ${seq}`],
  );
}

/**
 * J5: what an undo did to a machine is what the record of the first intent says, however often it was intended after that;
 * and a host that is back has taken back all that was ever intended there with a record.
 */
export function misrecorded(
  lines: readonly JournalLine[],
  effects: readonly Effect[],
): readonly string[] {
  const firsts = new Map<string, { readonly seq: number; readonly entry: Intended }>();
  const undone = new Set<string>();
  const ways = new Map<HostId, "undo" | "phases">();
  const turned = new Map<HostId, number>();
  const found: string[] = [];
  for (const { seq, entry } of lines) {
    switch (entry.type) {
      case "intended":
        if (!firsts.has(keyOf(entry.of))) firsts.set(keyOf(entry.of), { seq, entry });
        break;
      case "rollback-begun":
        for (const host of entry.hosts) if (!turned.has(host)) turned.set(host, seq);
        break;
      case "rollback-way":
        ways.set(entry.host, entry.way);
        break;
      case "undo-settled":
        if (entry.outcome === "done" || entry.outcome === "already") undone.add(keyOf(entry.of));
        break;
      case "host-rolled-back":
        if (entry.outcome !== "back" || ways.get(entry.host) !== "undo") break;
        for (const [key, first] of firsts) {
          const own = first.entry.of.host === entry.host;
          const forward = first.seq < (turned.get(entry.host) ?? Infinity);
          if (own && forward && first.entry.undo.kind === "reversible" && !undone.has(key))
            found.push(`${entry.host} is back, and ${key} was never undone`);
        }
        break;
      default:
        break;
    }
  }
  for (const stretch of stretchesOf(lines)) {
    const first = stretch.back ? firsts.get(stretch.key.slice("undo ".length)) : undefined;
    if (first?.entry.undo.kind !== "reversible") continue;
    const record = first.entry.undo.record as Partial<Record<string, string | null>> | null;
    for (const { on, verb, key, value, lines: seq } of effects) {
      const own = on === stretch.on && key === record?.["key"];
      if (!own || seq < stretch.from || seq >= stretch.to) continue;
      const before = record["before"] ?? null;
      if (before === null ? verb !== "drop" : verb !== "put" || value !== before)
        found.push(`${stretch.key} did ${verb} ${key} ${value}, and the record says ${before}`);
    }
  }
  return found;
}

/** Everything that is wrong with a finished journal and its world, in words. Empty: nothing. */
export function wrongs(
  lines: readonly JournalLine[],
  effects: readonly Effect[],
): readonly string[] {
  return [
    ...overlaps(lines).map((one) => `E1 ${one}`),
    ...writtenByReads(effects).map((one) => `E2 ${one}`),
    ...leftTooEarly(lines).map((one) => `E3 ${one}`),
    ...unannounced(lines, effects).map((one) => `J1 ${one}`),
    ...withoutRecord(lines).map((one) => `J2 ${one}`),
    ...claimedInVain(lines).map((one) => `J3 ${one}`),
    ...misnumbered(lines).map((one) => `J4 ${one}`),
    ...misrecorded(lines, effects).map((one) => `J5 ${one}`),
    ...repeated(lines, effects).map((one) => `R1 ${one}`),
    ...disordered(lines).map((one) => `R2 ${one}`),
    ...withoutConsent(lines).map((one) => `R3 ${one}`),
    ...begunAfterStop(lines).map((one) => `C1 ${one}`),
  ];
}
