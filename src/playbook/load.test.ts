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
      - { id: backup, command: b, probe: { pdns.state: {} }, inverse: { command: c } }
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

test("hosts may be a list of patterns", () => {
  expect(
    playbookOf(
      'runbook: 1\nname: x\nhosts: [web, "!web1"]\nphases: [{ name: One, tasks: [{ command: a }] }]',
    ).hosts,
  ).toBe("web,!web1");
});
