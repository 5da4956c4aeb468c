import { expect, test } from "@jest/globals";
import { caseTools } from "../case-tools.ts";
import { schemasOnce } from "./schemas-once.ts";

const NAMES = ["a", "b", "c", "d", "e", "f", "g"];

/** A host that reads snapshots of schema 5, and remembers which. */
function reader(fails: (name: string) => boolean = () => false) {
  const asked: string[] = [];
  const read = async (names: readonly string[]) => {
    asked.push(...names);
    await Promise.resolve();
    return names.map((name) => (fails(name) ? null : 5));
  };
  return { asked, read };
}

test("hosts that look at the same moment read each snapshot once between them", async () => {
  const run = caseTools().files;
  const hosts = NAMES.map(() => reader());
  const found = await Promise.all(
    hosts.map(({ read }, index) => {
      const own = NAMES[index] ?? "";
      return schemasOnce(run, "place", [own, ...NAMES.filter((name) => name !== own)], read);
    }),
  );
  expect(hosts.flatMap(({ asked }) => asked).toSorted()).toEqual(NAMES);
  for (const schemas of found) expect([...schemas.values()]).toEqual(NAMES.map(() => 5));
});

test("a later look reads only what is new", async () => {
  const run = caseTools().files;
  const first = reader();
  await schemasOnce(run, "place", ["a", "b"], first.read);
  await schemasOnce(run, "place", ["a", "b", "c"], first.read);
  expect(first.asked).toEqual(["a", "b", "c"]);
});

test("the same name in another prefix, or in another run, is another snapshot", async () => {
  const run = caseTools().files;
  const host = reader();
  await schemasOnce(run, "v5", ["a"], host.read);
  await schemasOnce(run, "v6", ["a"], host.read);
  await schemasOnce(caseTools().files, "v5", ["a"], host.read);
  expect(host.asked).toEqual(["a", "a", "a"]);
});

test("what one host could not read the other reads itself, and nothing is remembered of it", async () => {
  const run = caseTools().files;
  const blind = reader((name) => name === "b");
  const seeing = reader();
  const [first, second] = await Promise.all([
    schemasOnce(run, "place", ["b"], blind.read),
    schemasOnce(run, "place", ["a", "b"], seeing.read),
  ]);
  expect([first.get("b"), second.get("b")]).toEqual([null, 5]);
  expect((await schemasOnce(run, "place", ["b"], seeing.read)).get("b")).toBe(5);
});

test("a host that is lost while it reads does not take the others with it", async () => {
  const run = caseTools().files;
  const lost = schemasOnce(run, "place", ["a"], async () => {
    await Promise.resolve();
    throw new Error("connection lost");
  });
  const other = schemasOnce(run, "place", ["a"], reader().read);
  await expect(lost).rejects.toThrow("connection lost");
  expect((await other).get("a")).toBe(5);
});
