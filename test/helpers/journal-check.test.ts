import { expect, test } from "@jest/globals";
import { wrongs } from "./journal-check.ts";
import { codeOf, head, Life } from "./toy-life.ts";

const text = `${head("mode: serial")}
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
      - put: { key: two, value: "2" }
`;

async function thereAndBack(): Promise<Life> {
  const life = new Life(text, { hosts: ["a"] });
  let lost = false;
  // Begun, lost before it happened, and begun once more: two intents.
  life.world.fault = ({ text: command }) =>
    command.includes("put one") && !lost ? ((lost = true), "lost-before") : undefined;
  expect(codeOf(await life.apply())).toBe(0);
  expect(life.entries("intended")).toHaveLength(3);
  await life.rollback();
  return life;
}

test("finds nothing in a run that went there and back", async () => {
  const life = await thereAndBack();
  expect(wrongs(life.lines, life.world.log)).toEqual([]);
});

test("finds an undo that did not put back what the first record says", async () => {
  const life = await thereAndBack();
  const lied = life.lines.map((line, index) => {
    const first = life.lines.findIndex(({ entry }) => entry.type === "intended");
    const { entry } = line;
    if (index !== first || entry.type !== "intended") return line;
    const record = { key: "one", value: "1", before: "something" };
    return { ...line, entry: { ...entry, undo: { kind: "reversible" as const, record } } };
  });
  expect(wrongs(lied, life.world.log)).toEqual([
    "J5 undo 1.1[]@a did drop one , and the record says something",
  ]);
});

test("finds a host that is back without having undone everything, and a line that is missing", async () => {
  const life = await thereAndBack();
  const gone = life.lines.filter(
    ({ entry }) =>
      !(
        (entry.type === "undo-intended" || entry.type === "undo-settled") &&
        entry.of.task === "1.1"
      ),
  );
  const found = wrongs(gone, life.world.log);
  expect(found).toContainEqual("J5 a is back, and 1.1[]@a was never undone");
  expect(found.filter((one) => one.startsWith("J4"))).not.toEqual([]);
});
