/**
 * More of what must be true of a journal and of the world, told without the engine: who may write, when a lane is left, what
 * a way back needs, what an ending claims, what was consented to, what happens after a stop, and what is in clear.
 */
import type { HostId, HostTask } from "../../src/model/ids.ts";
import type { JournalEntry, JournalLine } from "../../src/model/journal-entry.ts";
import type { Effect } from "./toy-steps.ts";

function keyOf({ task, item, host }: HostTask): string {
  return `${task}[${item ?? ""}]@${host}`;
}

/** E2: what was asked as a read and changed something all the same. */
export function writtenByReads(effects: readonly Effect[]): readonly string[] {
  return effects.flatMap(({ asked, on, verb, key, lines }) =>
    asked === "read" ? [`${on} ${verb} ${key} after line ${lines}, asked as a read`] : [],
  );
}

/**
 * E3, where one batch follows the other: none is begun while a host of an earlier one is in the middle of a task, or was
 * left by a failure that the run does not tolerate.
 */
export function leftTooEarly(lines: readonly JournalLine[]): readonly string[] {
  const found: string[] = [];
  const batchOf = new Map<HostId, number>();
  const open = new Map<string, HostId>();
  let serial = false;
  let tolerated = 0;
  const failed = new Set<HostId>();
  for (const { seq, entry } of lines) {
    switch (entry.type) {
      case "run-started":
        serial = entry.spec.mode === "serial";
        tolerated = entry.spec.maxFailures;
        for (const [index, hosts] of entry.spec.batches.entries())
          for (const host of hosts) batchOf.set(host, index);
        break;
      case "intended":
        open.set(keyOf(entry.of), entry.of.host);
        break;
      case "settled":
        open.delete(keyOf(entry.of));
        if (entry.outcome === "failed" && entry.ignored !== true) failed.add(entry.of.host);
        break;
      case "unbegun":
        open.delete(keyOf(entry.of));
        break;
      // What it was in the middle of is in doubt: a loss like a failure, which the run tolerates or not.
      case "host-lost":
        failed.add(entry.host);
        for (const [key, host] of open) if (host === entry.host) open.delete(key);
        break;
      case "run-resumed":
        failed.clear();
        break;
      case "host-back":
      case "host-rolled-back":
        failed.delete(entry.host);
        break;
      case "lane-begun": {
        if (!serial) break;
        const batch = batchOf.get(entry.host) ?? 0;
        for (const [key, host] of open)
          if ((batchOf.get(host) ?? Infinity) < batch)
            found.push(`${entry.host} was begun in line ${seq}, in the middle of ${key}`);
        if (failed.size > tolerated)
          found.push(
            `${entry.host} was begun in line ${seq}, after ${[...failed].join(", ")} failed`,
          );
        break;
      }
      default:
        break;
    }
  }
  return found;
}

/** J2: undone without a first intent that says how, or on a host whose variables the journal does not have. */
export function withoutRecord(lines: readonly JournalLine[]): readonly string[] {
  const firsts = new Map<string, Extract<JournalEntry, { type: "intended" }>>();
  const found: string[] = [];
  const [first] = lines;
  if (first?.entry.type === "run-started") {
    const { spec } = first.entry;
    if (spec.source.text === "") found.push("the journal does not hold its playbook");
    for (const host of spec.hosts)
      if (!Object.hasOwn(spec.scopes, host)) found.push(`the journal has no variables of ${host}`);
  }
  for (const { seq, entry } of lines) {
    if (entry.type === "intended" && !firsts.has(keyOf(entry.of)))
      firsts.set(keyOf(entry.of), entry);
    if (entry.type !== "undo-intended") continue;
    const undo = firsts.get(keyOf(entry.of))?.undo;
    if (undo === undefined || (undo.kind === "reversible" && undo.record === undefined))
      found.push(`${keyOf(entry.of)} is undone in line ${seq}, and nothing says how it was before`);
  }
  return found;
}

/** J3: what an ending claims and its entries do not show. */
export function claimedInVain(lines: readonly JournalLine[]): readonly string[] {
  const open = new Map<string, string>();
  const back = new Map<HostId, string>();
  let going: readonly HostId[] = [];
  const found: string[] = [];
  for (const { seq, entry } of lines) {
    switch (entry.type) {
      case "intended":
        open.set(keyOf(entry.of), "begun");
        break;
      case "settled":
        if (entry.outcome === "in-doubt" || (entry.outcome === "failed" && !entry.ignored))
          open.set(keyOf(entry.of), entry.outcome);
        else open.delete(keyOf(entry.of));
        break;
      case "unbegun":
        open.set(keyOf(entry.of), "to be done again");
        break;
      case "rollback-begun":
        going = [...new Set([...going, ...entry.hosts])];
        break;
      case "host-rolled-back":
        back.set(entry.host, entry.outcome);
        break;
      case "run-finished":
        if (entry.outcome === "succeeded")
          for (const [key, standing] of open)
            found.push(`line ${seq} says that the run succeeded, and ${key} is ${standing}`);
        if (entry.outcome === "rolled-back")
          for (const host of going)
            if (back.get(host) !== "back")
              found.push(`line ${seq} says that the run is back, and ${host} is not`);
        break;
      default:
        break;
    }
  }
  return found;
}

/** R3: something is changed before there was a plan, or a point of no return is passed that nobody accepted. */
export function withoutConsent(lines: readonly JournalLine[]): readonly string[] {
  const found: string[] = [];
  // Lives of tests may be gone on with that died before their plan; the command line refuses that.
  let planned = !lines.some(({ entry }) => entry.type === "planned");
  const decided = new Set<string>();
  for (const { seq, entry } of lines) {
    if (entry.type === "planned") planned = true;
    if (entry.type === "decision") decided.add(entry.question);
    if (entry.type !== "intended") continue;
    if (!planned) found.push(`${keyOf(entry.of)} is begun in line ${seq}, before there was a plan`);
    // Runs without a person in them write down no decisions.
    const asked = decided.has("go") && !decided.has(ACCEPTED);
    if (asked && (entry.irreversible !== undefined || entry.undo.kind === "irreversible"))
      found.push(`${keyOf(entry.of)} of line ${seq} cannot be taken back, and nobody accepted it`);
  }
  return found;
}

const ACCEPTED = "irreversible";
const BEGINNINGS: ReadonlySet<string> = new Set(["intended", "undo-intended", "lane-begun"]);

/** C1: something is begun after the run was stopped or finished, and before anybody went on with it. */
export function begunAfterStop(lines: readonly JournalLine[]): readonly string[] {
  const found: string[] = [];
  let over: number | undefined;
  for (const { seq, entry } of lines) {
    if (entry.type === "run-stopped" || entry.type === "run-finished") over = seq;
    // A question that was answered and a window that opened again go on with it, too.
    if (["run-resumed", "rollback-begun", "window-set"].includes(entry.type)) over = undefined;
    if (over !== undefined && BEGINNINGS.has(entry.type))
      found.push(`line ${seq} begins something, and the run was over in line ${over}`);
  }
  return found;
}

/** V1: where two journals of one story differ; who looks on must make no difference. Times may. */
export function diverged(
  one: readonly JournalLine[],
  other: readonly JournalLine[],
): readonly string[] {
  const words = (lines: readonly JournalLine[]): readonly string[] =>
    lines.map(({ entry }) =>
      JSON.stringify(entry, (key, value: unknown) => (key === "durationMs" ? 0 : value)),
    );
  const [a, b] = [words(one), words(other)];
  const at = Array.from({ length: Math.max(a.length, b.length) }, (_, index) => index).find(
    (index) => a[index] !== b[index],
  );
  return at === undefined
    ? []
    : [
        `line ${at + 1} is ${String(a[at]).slice(0, 80)} in one, ${String(b[at]).slice(0, 80)} in the other`,
      ];
}

/** S1: secrets that stand in a text as they are, or as JSON, base64 or hex have them. */
export function leaked(text: string, secrets: readonly string[]): readonly string[] {
  return secrets.flatMap((secret) => {
    const bytes = Buffer.from(secret);
    const forms = [
      secret,
      JSON.stringify(secret).slice(1, -1),
      // Without its ends: those depend on what stands beside it.
      bytes.toString("base64").slice(4, -4),
      bytes.toString("hex"),
    ];
    return forms.some((form) => form.length > 3 && text.includes(form))
      ? [`${secret.slice(0, 3)}… stands in clear`]
      : [];
  });
}
