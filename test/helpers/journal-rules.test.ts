import { describe, expect, test } from "@jest/globals";
import { encodeLine, FIRST_HASH } from "../../src/journal/codec.ts";
import { newKey } from "../../src/journal/seal.ts";
import type { JournalEntry, JournalLine } from "../../src/model/journal-entry.ts";
import { wrongs } from "./journal-check.ts";
import { diverged, leaked } from "./journal-rules.ts";
import { codeOf, head, Life } from "./toy-life.ts";

const CANARY = "canary-of-the-checker";
const text = `${head("mode: serial")}
phases:
  - name: one
    tasks:
      - put: { key: one, value: "${CANARY}" }
      - id: leap
        irreversible: it leaps
        put: { key: two, value: "2" }
`;

async function thereAndBack(hosts: readonly string[] = ["a", "b"]): Promise<Life> {
  const life = new Life(text.replace("        irreversible: it leaps\n", ""), { hosts });
  expect(codeOf(await life.apply())).toBe(0);
  await life.rollback();
  return life;
}

async function there(): Promise<Life> {
  const life = new Life(text, { hosts: ["a", "b"] });
  expect(codeOf(await life.apply())).toBe(0);
  return life;
}

type Entry<T extends JournalEntry["type"]> = Extract<JournalEntry, { type: T }>;

/** The journal with its first entry of a type (that a host has) told otherwise; undefined leaves it out. */
function lied<T extends JournalEntry["type"]>(
  lines: readonly JournalLine[],
  type: T,
  otherwise: (entry: Entry<T>) => JournalEntry | undefined,
): readonly JournalLine[] {
  const at = lines.findIndex(({ entry }) => entry.type === type);
  return lines.flatMap((line, index) => {
    if (index !== at) return [line];
    const entry = otherwise(line.entry as Entry<T>);
    return entry ? [{ ...line, entry }] : [];
  });
}

function numbered(entries: readonly JournalEntry[]): readonly JournalLine[] {
  return entries.map((entry, index) => ({ seq: index + 1, at: 0, entry }));
}

const said = (lines: readonly JournalLine[], rule: string): readonly string[] =>
  wrongs(lines, []).filter((one) => one.startsWith(rule));

describe("the checker finds", () => {
  test("nothing in what the engine did", async () => {
    for (const life of [await thereAndBack(), await there()])
      expect(wrongs(life.lines, life.world.log)).toEqual([]);
  });

  test("E2: a read that changed something", async () => {
    const { lines, world } = await there();
    const [first, ...rest] = world.log;
    if (!first) throw new Error("nothing happened");
    expect(wrongs(lines, [{ ...first, asked: "read" }, ...rest])).toEqual([
      expect.stringMatching(/^E2 a put one after line \d+, asked as a read$/),
    ]);
  });

  test("E3: a host that is begun in the middle of the one before it, or after that one failed", async () => {
    const { lines } = await there();
    const entries = lines.map(({ entry }) => entry);
    const second = entries.findIndex((one) => one.type === "lane-begun" && one.host === "b");
    const begun = entries.splice(second, 1);
    const intent = entries.findIndex((one) => one.type === "intended");
    entries.splice(intent + 1, 0, ...begun);
    expect(said(numbered(entries), "E3")).toEqual([
      expect.stringContaining("in the middle of 1.1[]@a"),
    ]);
    const failed = lied(lines, "settled", ({ of, step }) => ({
      ...{ type: "settled", of, step, outcome: "failed", durationMs: 0 },
      diagnostic: { code: "step/toy", severity: "error", summary: "it failed" },
    }));
    expect(said(failed, "E3")).toEqual([expect.stringContaining("after a failed")]);
  });

  test("J2: an undo that nothing says how to do, and a journal without its playbook", async () => {
    const { lines } = await thereAndBack(["a"]);
    const undo = { kind: "reversible" } as unknown as Entry<"intended">["undo"];
    expect(
      said(
        lied(lines, "intended", (entry) => ({ ...entry, undo })),
        "J2",
      ),
    ).toEqual([expect.stringContaining("nothing says how it was before")]);
    const bare = lied(lines, "run-started", (entry) => ({
      ...entry,
      spec: { ...entry.spec, source: { ...entry.spec.source, text: "" }, scopes: {} },
    }));
    expect(said(bare, "J2")).toHaveLength(2);
  });

  test("J3: an ending that its entries do not show", async () => {
    const forward = await there();
    const open = lied(forward.lines, "settled", () => undefined);
    expect(said(open, "J3")).toEqual([expect.stringContaining("1.1[]@a is begun")]);
    const back = await thereAndBack(["a"]);
    const behind = back.lines.filter(
      ({ entry }) => !(entry.type === "host-rolled-back" && entry.host === "a"),
    );
    expect(said(behind, "J3")).toEqual([expect.stringContaining("and a is not")]);
  });

  test("R3: a change before the plan, and a point of no return that nobody accepted", async () => {
    const { lines } = await there();
    const entries = lines.map(({ entry }) => entry);
    const plan = entries.findIndex(({ type }) => type === "planned");
    const moved = [...entries.toSpliced(plan, 1), ...entries.slice(plan, plan + 1)];
    expect(said(numbered(moved), "R3")[0]).toContain("before there was a plan");
    const go: JournalEntry = { type: "decision", who: "x", question: "go", answer: "yes" };
    const yes: JournalEntry = { ...go, question: "irreversible" };
    expect(said(numbered(entries.toSpliced(plan + 1, 0, go)), "R3")).toHaveLength(2);
    expect(said(numbered(entries.toSpliced(plan + 1, 0, yes, go)), "R3")).toEqual([]);
  });

  test("C1: something begun after the run was stopped", async () => {
    const { lines } = await there();
    const entries = lines.map(({ entry }) => entry);
    const stop: JournalEntry = { type: "run-stopped", why: "interrupted", text: "stopped" };
    const at = entries.findLastIndex(({ type }) => type === "intended");
    expect(said(numbered(entries.toSpliced(at, 0, stop)), "C1")).toHaveLength(1);
  });

  test("V1: where two tellings of one story differ", async () => {
    const [one, other] = [await there(), await there()];
    expect(diverged(one.lines, other.lines)).toEqual([]);
    const shorter = lied(other.lines, "settled", () => undefined);
    expect(diverged(one.lines, shorter)).toHaveLength(1);
    expect(diverged(one.lines, other.lines.slice(0, -1))).toHaveLength(1);
  });

  test("S1: a secret in clear, and none in what is encrypted", async () => {
    const life = await thereAndBack(["a"]);
    const key = newKey();
    const written = (lines: readonly JournalLine[]): string => {
      let hash = FIRST_HASH;
      return lines
        .map((line) => {
          const encoded = encodeLine(line, hash, key);
          hash = encoded.hash;
          return encoded.text;
        })
        .join("");
    };
    expect(leaked(written(life.lines), [CANARY])).toEqual([]);
    const open = lied(life.lines, "run-finished", (entry) => ({
      ...entry,
      text: `it was ${CANARY}`,
    }));
    expect(leaked(written(open), [CANARY])).toEqual(["can… stands in clear"]);
    expect(leaked(Buffer.from(CANARY).toString("hex"), [CANARY])).toHaveLength(1);
  });
});
