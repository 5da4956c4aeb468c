import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "@jest/globals";

const WATCH = pathToFileURL(join(import.meta.dirname, "../../dist/dns/watch.js")).href;
const CLOCK = pathToFileURL(join(import.meta.dirname, "../../dist/cli/system-clock.js")).href;

test("a watch of many servers prints nothing, though all wait for the same signal", () => {
  const script = `
import { startWatching } from "${WATCH}";
import { systemClock as clock } from "${CLOCK}";
const ask = async () => ({ kind: "answered", way: "direct" });
const servers = Array.from({ length: 40 }, (_, n) => ({ host: "ns" + n, zones: ["a."], ask }));
const say = async () => undefined;
await startWatching({ servers, everyMs: 60_000, clock, say }).end();`;
  const args = ["--input-type=module", "-e", script];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
