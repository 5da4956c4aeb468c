import { expect, test } from "@jest/globals";
import { hostId, taskId } from "../model/ids.ts";
import { createHeartbeat } from "./heartbeat.ts";
import { paintFor } from "./paint.ts";

test("hosts that are silent at the same task are named once in a while, together", () => {
  let [now, said] = [0, ""];
  const heartbeat = createHeartbeat({
    write: (text) => void (said += text),
    now: () => now,
    paint: paintFor(false),
    silenceMs: 60_000,
  });
  for (const name of ["a", "b"]) {
    const host = hostId(name);
    heartbeat.event({
      type: "task-begun",
      of: { task: taskId("1.1"), host, on: host },
      name: "package",
    });
  }
  now = 59_000;
  heartbeat.beat();
  expect(said).toBe("");
  now = 61_000;
  heartbeat.beat();
  heartbeat.beat();
  expect(said).toMatch(/^a, b {2}… still at it: package \(since \d\d:\d\d:\d\d, 1 min 1 s\)\n$/);
});
