import { describe, expect, test } from "@jest/globals";
import { createServer } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runId } from "../../model/ids.ts";
import { makePrivate, socketPlace } from "./place.ts";
import { reachRun } from "./reach.ts";
import { stopAnswer, stopLine, wantedStop } from "./words.ts";

const RUN = runId("20261122-171530-k3f9h2");

test("a controller that says nothing is told all the same, and is not waited for without end", async () => {
  const folder = mkdtempSync(join(tmpdir(), "runbook-control-"));
  const { target } = socketPlace(folder, RUN);
  await makePrivate(dirname(target));
  let read = "";
  const over = new Promise<void>((resolve) => {
    const server = createServer((socket) => {
      socket.setEncoding("utf8").on("data", (text: string) => (read += text));
      socket.on("error", () => undefined);
      socket.on("close", () => server.close(() => resolve()));
    });
    server.listen(target);
  });
  const reached = await reachRun(folder, RUN, "rest-point", 50);
  await over;
  rmSync(folder, { recursive: true });
  expect(reached).toEqual({ kind: "silent" });
  expect(wantedStop(read.trim())).toBe("rest-point");
});

describe("what is said through a run's socket", () => {
  test.each(["look", "rest-point", "now"] as const)("reads %s as it was meant", (wanted) => {
    expect(wantedStop(stopLine(wanted).trim())).toBe(wanted);
  });

  test.each(["", "{", "null", "[]", '{"stop":"never"}', '{"stop":1}'])(
    "takes %j for no wish and for no answer",
    (line) => {
      expect([wantedStop(line), stopAnswer(line)]).toEqual([undefined, undefined]);
    },
  );

  test("believes no level that there is not", () => {
    expect(stopAnswer('{"run":"x","pid":1,"level":4}')).toBeUndefined();
    expect(stopAnswer('{"run":"x","pid":1,"level":2}')).toEqual({ run: "x", pid: 1, level: 2 });
  });
});

test("the address of a socket fits where addresses are short, wherever the state folder is", () => {
  for (const length of [1, 60, 120, 4000]) {
    const { path, target } = socketPlace(`/${"x".repeat(length)}`, RUN);
    expect(path).toContain("x".repeat(length));
    expect(Buffer.byteLength(target)).toBeLessThanOrEqual(103);
  }
});
