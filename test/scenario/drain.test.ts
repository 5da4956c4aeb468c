import { describe, expect, test } from "@jest/globals";
import { hostId } from "../../src/model/ids.ts";
import { outcomeOf, told } from "../helpers/toy-deaths.ts";
import { codeOf, head, Life } from "../helpers/toy-life.ts";
import type { JournalLine } from "../../src/model/journal-entry.ts";
import { applyToy, controller, quickClock, toyPlaybook, toySpec } from "../helpers/toy-run.ts";
import { World } from "../helpers/toy-steps.ts";

const text = `
runbook: 1
name: toy
hosts: all
before_host:
  - put: { key: pool, value: "out" }
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
        when: inventory_hostname != 'b'
      - put: { key: "{{ item }}", value: "on" }
        loop: "{{ inventory_hostname == 'a' and ['x', 'y'] or [] }}"
        register: switched
      - put: { key: seen, value: "{{ switched.results | default([]) | length | string }}" }
      - put: { key: watched, value: "{{ inventory_hostname }}" }
        delegate_to: monitor
after_host:
  - put: { key: pool, value: "in" }
`;

test("drain lists stand around every lane, and when, loops, registered values and delegates mean what they say", async () => {
  const world = new World();
  const playbook = toyPlaybook(text);
  const spec = toySpec(playbook, text, { hosts: ["a", "b"] });
  const lines: JournalLine[] = [];
  const applied = await applyToy(controller(world, spec, playbook, lines, quickClock()));
  expect(applied).toMatchObject({ kind: "ended", ending: { exitCode: 0 } });
  expect(world.effects).toEqual([
    "a put pool out",
    "a put one 1",
    "a put x on",
    "a put y on",
    "a put seen 2",
    "monitor put watched a",
    "a put pool in",
    "b put pool out",
    "b put seen 0",
    "monitor put watched b",
    "b put pool in",
  ]);
});

const drained = (rollout: string): string => `${head(rollout)}
before_host:
  - put: { key: pool, value: out }
  - put: { key: quiet, value: "yes" }
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
after_host:
  - put: { key: tested, value: "yes" }
  - put: { key: pool, value: in }
`;
const ALL = { pool: "in", quiet: "yes", one: "1", tested: "yes" };

describe("a host that fails", () => {
  test.each([
    ["quiet", { pool: "out" }],
    ["one", { pool: "out", quiet: "yes" }],
    ["tested", { pool: "out", quiet: "yes", one: "1" }],
  ])(
    "at %s stays out of service, keeps the others from beginning, and goes on from there",
    async (key, left) => {
      const life = new Life(drained("mode: serial, on_failure: stop"), { hosts: ["a", "b"] });
      life.world.broken.add(`a ${key}`);
      expect(codeOf(await life.apply())).toBe(2);
      expect(life.keys("a")).toEqual(left);
      expect(life.keys("b")).toEqual({});
      life.world.broken.clear();
      expect(codeOf(await life.resume())).toBe(0);
      for (const host of ["a", "b"]) expect(life.keys(host)).toEqual(ALL);
    },
  );

  test.each(["quiet", "one", "tested"])(
    "at %s is put back into service when it is taken back",
    async (key) => {
      const life = new Life(drained("mode: serial, on_failure: rollback_host"), {
        hosts: ["a", "b"],
      });
      life.world.of(hostId("a")).set("pool", "in");
      life.world.broken.add(`a ${key}`);
      expect(codeOf(await life.apply())).toBe(10);
      expect(life.keys("a")).toEqual({ pool: "in" });
      expect(life.keys("b")).toEqual({});
    },
  );
});

test("wherever its controller is killed, a host that could not be put back into service is, in the end", async () => {
  const story = {
    text: drained("mode: serial, on_failure: rollback_run"),
    options: { hosts: ["a", "b"] },
    chapters: [
      { does: "apply" as const, first: (world: World) => void world.broken.add("b tested") },
    ],
  };
  const undisturbed = await told(story);
  for (let line = 1; line <= undisturbed.life.lines.length; line++) {
    for (const when of ["before", "after"] as const) {
      const other = await told(story, [{ death: { line, when } }]);
      expect([line, when, outcomeOf(other)]).toEqual([line, when, outcomeOf(undisturbed)]);
    }
  }
});
