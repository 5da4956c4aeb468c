import { expect, test } from "@jest/globals";
import { lookBeforeChanging } from "../../src/engine/begin.ts";
import type { PlanAnswer } from "../../src/model/plan.ts";
import type { JournalLine } from "../../src/model/journal-entry.ts";
import { hostId } from "../../src/model/ids.ts";
import { controller, quickClock, toyPlaybook, toySpec } from "../helpers/toy-run.ts";
import { World } from "../helpers/toy-steps.ts";

const text = `
runbook: 1
name: toy
hosts: all
phases:
  - name: one
    tasks:
      - holds: { key: before, value: "1" }
        register: seen
      - put: { key: there, value: "1" }
      - put: { key: "copy-{{ seen.value }}", value: "1" }
      - put: { key: x, value: "1" }
      - holds: { key: x, value: "1" }
        register: later
      - put: { key: "after-{{ later.value }}", value: "1" }
      - put: { key: x, value: "2" }
      - put: { key: skipped, value: "1" }
        when: seen.value == 'nothing'
      - put: { key: maybe, value: "1" }
        when: later.value == '1'
      - strike: bell
      - holds: { key: before, value: "1" }
      - put: { key: "{{ record('mark').value }}", value: "1" }
      - id: mark
        put: { key: mark, value: "1" }
  - name: all
    scope: fleet
    tasks:
      - holds: { key: x, equal_everywhere: true }
`;

test("a plan says what is sure, leaves open what earlier tasks decide, and changes nothing", async () => {
  const world = new World();
  const playbook = toyPlaybook(text);
  const spec = toySpec(playbook, text, { hosts: ["a"] });
  const host = hostId("a");
  world.of(host).set("before", "1");
  world.of(host).set("there", "1");
  const picture = world.picture();
  const lines: JournalLine[] = [];
  const running = controller(world, spec, playbook, lines, quickClock());
  const beginning = await lookBeforeChanging(running, { lock: "leave" });
  if (beginning.kind === "locked") throw new Error("locked");
  const { plan } = beginning;
  const words = (answer: PlanAnswer): string => {
    switch (answer.kind) {
      case "unknown":
        return `unknown: ${answer.why}`;
      case "would-change":
        return `would change ${answer.changes.map((change) => change.what).join(", ")}, ${answer.wayBack.kind}`;
      case "blocked":
        return `blocked: ${answer.diagnostic.summary}`;
      case "satisfied":
      case "skipped":
      case "holds":
      case "will-be-checked":
        return answer.kind;
    }
  };
  expect(
    plan.hosts.map((one) => one.items.map((item) => `${item.task} ${words(item.answer)}`)),
  ).toEqual([
    [
      "1.1 holds",
      "1.2 satisfied",
      "1.3 would change copy-1, undo",
      "1.4 would change x, undo",
      "1.5 will-be-checked",
      "1.6 unknown: depends on later",
      "1.7 unknown: after put x 1",
      "1.8 skipped",
      "1.9 unknown: whether it runs depends on later",
      "1.10 would change a bell, none",
      "1.11 will-be-checked",
      "1.12 unknown: depends on record()",
      "mark unknown: after strike bell",
    ],
  ]);
  expect(plan.fleet.map((item) => words(item.answer))).toEqual(["will-be-checked"]);
  expect(plan.refusals).toEqual([]);
  expect(world.effects).toEqual([]);
  expect(world.picture()).toBe(picture);
});
