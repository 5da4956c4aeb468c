import type { HostId } from "../../src/model/ids.ts";
import { hostId } from "../../src/model/ids.ts";
import type { Chapter, Story } from "./toy-deaths.ts";
import type { World } from "./toy-steps.ts";

/** The shape of the flagship: goal, preflight, host phases, a fleet phase, and a way back of its own. */
export const flagship = (rollout: string): string => `
runbook: 1
name: toy
hosts: all
rollout: { ${rollout} }
goal:
  - holds: { key: done, value: "yes" }
preflight:
  - holds: { key: old, equal_everywhere: true }
  - only_done: { key: prefix }
phases:
  - name: one
    tasks:
      - id: prefix
        put: { key: prefix, value: v6 }
      - id: bell
        strike: { key: bell }
        inverse: { put: { key: bell, value: "0" } }
  - name: two
    tasks:
      - put: { key: "{{ item }}", value: "on" }
        loop: [x, y]
      - id: packages
        install: { key: release, value: new }
      - id: leap
        irreversible: it leaps
        put: { key: schema, value: "6" }
        probe: { holds: { key: schema, value: "6" } }
      - holds: { key: schema, value: "6" }
      - put: { key: done, value: "yes" }
  - name: fleet
    scope: fleet
    tasks:
      - holds: { key: schema, equal_everywhere: true }
      - put: { key: flushed, value: "yes" }
rollback:
  - name: back
    tasks:
      - put: { key: schema, value: "5" }
      - undo: packages
      - undo: prefix
      - put: { key: done, value: "no" }
`;

/** Everything that makes a lane less plain: delegates, loops, registers, retries, drains, fleet phases in the middle. */
export const crowded = (rollout: string): string => `
runbook: 1
name: toy
hosts: all
rollout: { ${rollout} }
before_host:
  - put: { key: "pool-{{ inventory_hostname }}", value: out }
    delegate_to: balancer
phases:
  - name: one
    rest: true
    tasks:
      - holds: { key: old }
        register: old
      - put: { key: "{{ item }}", value: "{{ old.value }}" }
        loop: [x, y, z]
        when: item != 'y'
      - strike: { key: "tower-{{ item }}" }
        loop: [east, west]
        inverse: { strike: { key: "untower-{{ item }}" } }
      - install: { key: never, value: "1" }
        until: tried is succeeded
        retries: 1
        delay: 1
        register: tried
        ignore_errors: true
      - put: { key: tried, value: "{{ tried.failed | string }}" }
  - name: meet
    scope: fleet
    tasks:
      - holds: { key: x, equal_everywhere: true }
      - put: { key: "met-{{ item }}", value: "yes" }
        loop: [here, there]
      - note: { key: met, value: "yes" }
  - name: two
    tasks:
      - install: { key: "seen-{{ inventory_hostname }}", value: "yes" }
        delegate_to: balancer
      - strike: { key: gong }
        inverse: none
      - put: { key: late, value: "1" }
        when: inventory_hostname != 'b'
after_host:
  - put: { key: "pool-{{ inventory_hostname }}", value: in }
    delegate_to: balancer
`;

/** A way back by phases in which loops, jobs and delegates are undone by name. */
export const undoing = (rollout: string): string => `
runbook: 1
name: toy
hosts: all
rollout: { ${rollout} }
phases:
  - name: one
    tasks:
      - id: many
        install: { key: "{{ item }}", value: "on" }
        loop: [x, y]
      - id: bells
        strike: { key: "bell-{{ item }}" }
        loop: [east, west]
        inverse: { strike: { key: "unbell-{{ item }}" } }
      - id: afar
        put: { key: "seen-{{ inventory_hostname }}", value: "yes" }
        delegate_to: balancer
      - id: leap
        irreversible: it leaps
        install: { key: schema, value: "6" }
        probe: { holds: { key: schema, value: "6" } }
      - id: last
        put: { key: last, value: "1" }
rollback:
  - name: look
    tasks:
      - holds: { key: schema, value: "6" }
        register: schema
        ignore_errors: true
  - name: back
    tasks:
      - strike: { key: retreat }
      - install: { key: schema, value: "5" }
        when: schema is succeeded
      - undo: afar
      - undo: bells
      - undo: many
`;

const COMMANDS_WITH_INVERSES = `
runbook: 1
name: commands
hosts: all
phases:
  - name: one
    tasks:
      - strike: { key: bell }
        inverse: { strike: { key: unbell } }
      - strike: { key: "tower {{ item }}" }
        loop: [east, west]
        inverse: { strike: { key: "untower {{ item }}" } }
`;

/** A change that leaves no trace by which it could be told whether it happened: killed in it, only a person can say. */
const WITHOUT_A_TRACE = `
runbook: 1
name: doubt
hosts: all
phases:
  - name: one
    tasks:
      - put: { key: before, value: "1" }
      - knock: { key: door }
        inverse: none
      - put: { key: behind, value: "1" }
`;

const HOSTS = ["a", "b", "c"];
const old = (world: World): void => {
  for (const host of HOSTS) world.of(hostId(host)).set("old", "1");
  world.broken.add("a never");
  world.broken.add("b never");
};
const apply: Chapter = { does: "apply", first: old };
const breaking = (...keys: readonly string[]): Chapter => ({
  does: "apply",
  first: (world) => {
    old(world);
    for (const key of keys) world.broken.add(key);
  },
});
const rollback: Chapter = { does: "rollback" };

export const stories: { readonly [name: string]: Story } = {
  "a serial run": { text: flagship("mode: serial"), options: { hosts: HOSTS }, chapters: [apply] },
  "a window run": {
    text: flagship("mode: window, on_failure: rollback_run"),
    options: { hosts: HOSTS },
    chapters: [apply],
  },
  "a run with one host that was done before": {
    text: flagship("mode: serial"),
    options: { hosts: HOSTS },
    chapters: [
      {
        does: "apply",
        first: (world) => {
          old(world);
          for (const [key, value] of Object.entries({ done: "yes", schema: "6", prefix: "v6" }))
            world.of("b" as HostId).set(key, value);
        },
      },
    ],
  },
  "a run that takes its failed host back": {
    text: flagship("mode: serial, on_failure: rollback_host"),
    options: { hosts: HOSTS },
    chapters: [breaking("b schema")],
  },
  "a run that takes every host back": {
    text: flagship("mode: serial, on_failure: rollback_run"),
    options: { hosts: HOSTS },
    chapters: [breaking("c done")],
  },
  "a run whose operator is asked, and takes it back": {
    text: flagship("mode: window, on_failure: ask"),
    options: { hosts: HOSTS },
    chapters: [breaking("b release")],
    answer: "rollback_run",
    orLike: "b",
  },
  "a run whose fleet phase fails, and is taken back": {
    text: crowded("mode: serial, on_failure: rollback_run"),
    options: { hosts: HOSTS },
    chapters: [breaking("c met-there")],
  },
  "a finished run that is taken back": {
    text: flagship("mode: serial"),
    options: { hosts: HOSTS },
    chapters: [apply, rollback],
  },
  "a run of commands that is taken back by their inverses": {
    text: COMMANDS_WITH_INVERSES,
    options: { hosts: HOSTS },
    chapters: [apply, rollback],
  },
  "a run that may be in doubt, and whose operator looks": {
    text: WITHOUT_A_TRACE,
    options: { hosts: HOSTS },
    chapters: [apply],
    stubborn: true,
  },
  "a crowded run": {
    text: crowded("mode: serial"),
    options: { hosts: HOSTS },
    chapters: [apply],
  },
  "a crowded run in a window": {
    text: crowded("mode: window, forks: 2"),
    options: { hosts: HOSTS },
    chapters: [apply],
  },
  "a crowded run that is taken back": {
    text: crowded("mode: window, forks: 3"),
    options: { hosts: HOSTS },
    chapters: [apply, rollback],
  },
  "a run that goes back by phases": {
    text: undoing("mode: window"),
    options: { hosts: ["a", "b"] },
    chapters: [apply, rollback],
  },
  "a run that goes back one host after the other, by hand": {
    text: crowded("mode: serial"),
    options: { hosts: ["a", "b"] },
    chapters: [apply, { does: "rollback", only: ["b"] }, rollback],
  },
  "a throttled run in small batches that is taken back": {
    text: crowded("mode: serial, batches: 3, forks: 3, max_failures_per_batch: 1").replaceAll(
      "inverse: none",
      "inverse: none\n        throttle: 1",
    ),
    options: { hosts: HOSTS },
    chapters: [apply, rollback],
  },
  "a run that goes back while a host is away": {
    text: undoing("mode: serial"),
    options: { hosts: ["a", "b"] },
    chapters: [
      apply,
      { does: "rollback", first: (world) => void world.unreachable.add("a" as HostId) },
      { does: "resume", first: (world) => world.unreachable.clear() },
    ],
  },
};
