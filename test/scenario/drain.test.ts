import { expect, test } from "@jest/globals";
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
