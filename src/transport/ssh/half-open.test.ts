import { expect, test } from "@jest/globals";
import { HalfOpen } from "./half-open.ts";

test("so many at once for one server and no more, in the order they came, and others are not in the way", async () => {
  const door = new HalfOpen(2);
  const finish: (() => void)[] = [];
  const begun: string[] = [];
  const enter = (server: string, name: string): Promise<void> =>
    door.during(server, () => {
      begun.push(name);
      return new Promise((resolve) => finish.push(resolve));
    });
  const all = [
    enter("a", "a1"),
    enter("a", "a2"),
    enter("a", "a3"),
    enter("a", "a4"),
    enter("b", "b1"),
  ];
  expect(begun).toEqual(["a1", "a2", "b1"]);
  finish[1]?.();
  await all[1];
  expect(begun).toEqual(["a1", "a2", "b1", "a3"]);
  finish[0]?.();
  await all[0];
  expect(begun.at(-1)).toBe("a4");
  finish.forEach((end) => end());
  await Promise.all(all);
});

test("work that fails gives its place back", async () => {
  const door = new HalfOpen(1);
  await expect(door.during("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await door.during("a", () => Promise.resolve("next"))).toBe("next");
});
