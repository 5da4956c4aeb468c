import { expect, test } from "@jest/globals";
import { StepProblem } from "../../model/step.ts";
import { caseTools } from "../case-tools.ts";
import { sharingSilence, StorageSilent } from "./shared-silence.ts";

const diagnostic = { code: "step/toy", severity: "error", summary: "no answer" } as const;
const silent = () => new StorageSilent("failed", diagnostic);

/** A look that ends when it is told to. */
function look<T>() {
  let end: { resolve: (value: T) => void; reject: (error: Error) => void } | undefined;
  let begun = 0;
  return {
    begin: () => {
      begun++;
      return new Promise<T>((resolve, reject) => (end = { resolve, reject }));
    },
    get begun() {
      return begun;
    },
    end: () => end ?? never(),
  };
}

function never(): never {
  throw new Error("it was not begun");
}

const soon = () => new Promise((done) => setImmediate(done));

test("who comes while a storage is being waited for shares its silence; who comes later looks again", async () => {
  const run = caseTools().files;
  const first = look<number>();
  const second = look<number>();
  const answers = [
    sharingSilence(run, "ns1 bucket", first.begin),
    sharingSilence(run, "ns1 bucket", second.begin),
  ];
  const ended = Promise.allSettled(answers);
  await soon();
  const problem = silent();
  first.end().reject(problem);
  expect(await ended).toEqual([
    { status: "rejected", reason: problem },
    { status: "rejected", reason: problem },
  ]);
  expect(second.begun).toBe(0);
  expect(await sharingSilence(run, "ns1 bucket", async () => 3)).toBe(3);
});

test("what else goes wrong with one look does not concern the next", async () => {
  const run = caseTools().files;
  const first = look<number>();
  const refused = sharingSilence(run, "ns1 bucket", first.begin);
  const next = sharingSilence(run, "ns1 bucket", async () => 2);
  await soon();
  first.end().reject(new StepProblem("failed", diagnostic));
  await expect(refused).rejects.toThrow("no answer");
  expect(await next).toBe(2);
});

test("another host, and another run, wait for nobody", async () => {
  const run = caseTools().files;
  const first = look<number>();
  const waiting = sharingSilence(run, "ns1 bucket", first.begin);
  expect(await sharingSilence(run, "ns2 bucket", async () => 2)).toBe(2);
  expect(await sharingSilence(caseTools().files, "ns1 bucket", async () => 3)).toBe(3);
  first.end().resolve(1);
  expect(await waiting).toBe(1);
});
