import { describe, expect, test } from "@jest/globals";
import { sampleSteps } from "../../test/helpers/sample-steps.ts";
import type { Playbook } from "../model/playbook.ts";
import { loadPlaybook } from "./load.ts";

const HEAD = "runbook: 1\nname: Sample\nhosts: dns\n";

function playbookOf(text: string): Playbook {
  const { playbook, problems } = loadPlaybook(text, "sample.yaml", sampleSteps);
  expect(problems).toEqual([]);
  if (playbook === undefined) throw new Error("no playbook");
  return playbook;
}

function onlyTask(yaml: string) {
  const task = playbookOf(`${HEAD}phases:\n  - name: One\n    tasks:\n      - ${yaml}\n`).phases[0]
    ?.tasks[0];
  if (task === undefined) throw new Error("no task");
  return task;
}

describe("ids", () => {
  test("come from positions, unless a task has one", () => {
    const playbook = playbookOf(`${HEAD}
goal: [{ pdns.state: {} }]
preflight: [{ pdns.state: {} }, { pdns.state: {} }]
before_host: [{ command: drain }]
after_host: [{ command: undrain }]
phases:
  - name: One
    tasks: [{ command: a }]
  - name: Two
    tasks:
      - command: a
      - { id: backup, command: b, probe: { pdns.state: {} }, inverse: { command: c }, undone: { pdns.state: {} } }
rollback:
  - name: Back
    tasks: [{ undo: backup }, { command: d }]
`);
    expect(playbook.phases.map(({ id }) => id)).toEqual(["1", "2"]);
    expect(playbook.rollback.map(({ id }) => id)).toEqual(["rollback.1"]);
    const [one, backup] = playbook.phases[1]?.tasks ?? [];
    expect(one?.id).toBe("2.1");
    expect(backup?.id).toBe("backup");
    expect(backup?.probe?.id).toBe("backup.probe");
    expect(backup?.inverse).toMatchObject({ id: "backup.inverse" });
    expect(backup?.undone?.id).toBe("backup.undone");
    expect(playbook.rollback[0]?.tasks.map(({ id }) => id)).toEqual([
      "rollback.1.1",
      "rollback.1.2",
    ]);
    expect(playbook.goal[0]?.id).toBe("goal.1");
    expect(playbook.preflight[1]?.id).toBe("preflight.2");
    expect(playbook.beforeHost[0]?.id).toBe("before_host.1");
    expect(playbook.afterHost[0]?.id).toBe("after_host.1");
  });
});

describe("a rollout", () => {
  test("that is not written is serial, one by one, and stops at the first failure to ask", () => {
    expect(playbookOf(`${HEAD}phases: [{ name: One, tasks: [{ command: a }] }]`).rollout).toEqual({
      mode: "serial",
      batches: [{ kind: "count", hosts: 1 }],
      forks: 10,
      maxFailures: { kind: "count", hosts: 0 },
      onFailure: "ask",
      unreachable: "fail",
    });
  });

  test("keeps batches, thresholds and waiting as data", () => {
    const { rollout } = playbookOf(`${HEAD}
rollout:
  batches: [1, 25%]
  max_failures: 10%
  unreachable: wait(10m)
  lock: "{{ bucket }}"
  window: { timezone: UTC, start: "2026-12-01 22:00", end: "2026-12-02 04:00", on_close: rollback }
phases: [{ name: One, tasks: [{ command: a }] }]`);
    expect(rollout).toMatchObject({
      batches: [
        { kind: "count", hosts: 1 },
        { kind: "percent", percent: 25 },
      ],
      maxFailures: { kind: "percent", percent: 10 },
      unreachable: { waitMs: 600_000 },
      lock: "{{ bucket }}",
      window: { timezone: "UTC", start: "2026-12-01 22:00", onClose: "rollback" },
    });
  });
});

describe("a task", () => {
  test("is found by the short name of a builtin module", () => {
    expect(onlyTask("ansible.builtin.command: uptime").action).toMatchObject({
      step: "command",
      params: { cmd: "uptime" },
    });
  });

  test("without a name is named for its step and first parameter", () => {
    expect(onlyTask("package: { name: [pdns-server, pdns-tools] }").name).toBe(
      "package pdns-server, pdns-tools",
    );
    expect(onlyTask("lightningstream.ready:").name).toBe("lightningstream.ready");
  });

  test("may have a template wherever a type is wanted", () => {
    expect(
      onlyTask('service: { name: a, held: "{{ h }}", state: "{{ s }}" }').action,
    ).toMatchObject({ params: { held: "{{ h }}", state: "{{ s }}" } });
    expect(onlyTask('file: { path: /x, mode: "{{ m }}", retries: "{{ r }}" }').id).toBe("1.1");
  });

  test("tries three times more, five seconds apart, when it only says until", () => {
    expect(onlyTask("{ command: a, until: done }").retry).toEqual({
      until: "done",
      retries: 3,
      delay: 5,
    });
  });

  test("keeps the place of each parameter", () => {
    const { action } = onlyTask("file:\n          path: /x\n          mode: '0644'");
    expect(action.kind === "step" && action.places).toEqual({
      path: { file: "sample.yaml", line: 8, column: 17 },
      mode: { file: "sample.yaml", line: 9, column: 17 },
    });
  });
});

test("braces in a condition are said to be too much", () => {
  const task = `{ command: { cmd: ls }, when: "{{ a }} == 1" }`;
  const text = `${HEAD}phases: [{ name: One, tasks: [${task}] }]`;
  const { problems } = loadPlaybook(text, "p.yaml", sampleSteps);
  expect(problems).toMatchObject([
    { code: "jinja/syntax", hint: "This is an expression already: leave out the braces." },
  ]);
});

test("hosts may be a list of patterns", () => {
  expect(
    playbookOf(
      'runbook: 1\nname: x\nhosts: [web, "!web1"]\nphases: [{ name: One, tasks: [{ command: a }] }]',
    ).hosts,
  ).toBe("web,!web1");
});

describe("a file that editors and other systems left their marks in", () => {
  const text = `${HEAD}phases:\n  - name: One\n    tasks:\n      - comand: uptime\n`;
  const places = (written: string) =>
    loadPlaybook(written, "p.yaml", sampleSteps).problems.map(
      ({ code, at }) => `${code} ${at?.line ?? 0}:${at?.column ?? 0}`,
    );

  test("has the same places with any line ends, and behind a byte order mark", () => {
    const expected = ["playbook/unknown-step 7:9"];
    expect(places(text)).toEqual(expected);
    expect(places(text.replaceAll("\n", "\r\n"))).toEqual(expected);
    expect(places(`\uFEFF${text}`)).toEqual(expected);
  });

  test("may use words that JavaScript's objects have", () => {
    const names = "inputs:\n  constructor: { type: string, description: x }\n";
    expect(places(text.replace("phases:", `${names}phases:`))).toEqual([
      "playbook/taken-name 5:3",
      "playbook/unknown-step 9:9",
    ]);
    expect(places(text.replace("comand: uptime", "toString: x\n        valueOf: 1"))).toEqual([
      "playbook/unknown-step 7:9",
      "playbook/unknown-step 8:9",
    ]);
  });
});

describe("facts", () => {
  const gathers = (task: string, more = "") =>
    playbookOf(`${HEAD}${more}phases: [{ name: One, tasks: [{ ${task} }] }]`).gatherFacts;

  test("are gathered when a template uses them, or when it is said", () => {
    expect(gathers("command: uptime")).toBe(false);
    expect(gathers("command: uptime, when: ansible_facts.os_family == 'Debian'")).toBe(true);
    expect(gathers('command: "echo {{ ansible_distribution }}"')).toBe(true);
    expect(gathers('command: "echo {{ ansible_host }}"')).toBe(false);
    expect(gathers("command: uptime", "gather_facts: true\n")).toBe(true);
    expect(gathers('command: "echo {{ ansible_distribution }}"', "gather_facts: no\n")).toBe(false);
  });
});
