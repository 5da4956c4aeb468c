import { expect, test } from "@jest/globals";
import type { Clock } from "../../src/model/clock.ts";
import { controller, applyToy, toyPlaybook, toySpec } from "../helpers/toy-run.ts";
import { World } from "../helpers/toy-steps.ts";
import { head } from "../helpers/toy-life.ts";

const text = `${head("mode: window")}
phases:
  - name: one
    tasks:
      - holds: { key: ready, value: "yes" }
        wait: 10m
        when: inventory_hostname == 'b'
      - put: { key: one, value: "1" }
`;

/** Whoever waits on it waits until it is told not to. */
function endlessClock(): { readonly clock: Clock; readonly cut: () => boolean } {
  let [now, cut] = [0, false];
  return {
    clock: {
      now: () => (now += 1),
      ticks: () => (now += 1),
      sleep: (_, signal) =>
        new Promise((resolve) =>
          signal?.addEventListener("abort", () => {
            cut = true;
            resolve();
          }),
        ),
    },
    cut: () => cut,
  };
}

test("a journal that cannot be written ends the run at once, and every wait with it", async () => {
  const { clock, cut } = endlessClock();
  const world = new World(clock);
  const spec = toySpec(toyPlaybook(text), text, { hosts: ["a", "b"] });
  for (const host of spec.fleet) world.of(host);
  const lines: Parameters<typeof controller>[3] = [];
  const running = controller(world, spec, toyPlaybook(text), lines, clock, undefined, {
    // When host a has done its part, the disk is full.
    isFull: () => world.effects.length > 0,
  });
  expect(await applyToy(running)).toEqual({ kind: "killed" });
  expect(running.signal.aborted).toBe(true);
  expect(cut()).toBe(true);
  expect(world.effects).toEqual(["a put one 1"]);
});
