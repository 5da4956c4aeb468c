import type { HostReport, RunReport, TaskReport } from "../../src/report/run-report.ts";
import { addCounts, NO_COUNTS } from "../../src/report/recap.ts";

const START = Date.UTC(2026, 10, 22, 22, 0, 0);
const time = (ms: number): string => new Date(START + ms).toISOString();

/** A run over many hosts, of which a few failed, and on which one task printed something else on each. */
export function largeReport(hosts: number, tasks: number): RunReport {
  const all = Array.from({ length: hosts }, (_, index) => hostOf(index, tasks));
  return {
    format: 1,
    run: "20261122-220000-22abcd",
    version: "0.1.0",
    playbook: { name: "A large fleet", file: "large.yaml", sha256: "0".repeat(64) },
    who: "somebody@somewhere",
    startedAt: time(0),
    endedAt: time(hosts * 100 + 60_000),
    standing: "stopped",
    why: "failed",
    text: "some failed",
    mode: "window",
    inputs: {},
    totals: { hosts: {}, tasks: all.map(({ counts }) => counts).reduce(addCounts, NO_COUNTS) },
    hosts: all,
    fleet: [],
    decisions: [],
    marks: [],
    wayBack: { kind: "open", command: "runbook rollback 20261122-220000-22abcd", closed: [] },
  };
}

function hostOf(index: number, count: number): HostReport {
  const began = index * 100;
  const isBad = index % 250 === 7;
  const tasks = Array.from({ length: count }, (_, number): TaskReport => {
    const last = number === count - 1;
    return {
      task: `1.${number + 1}`,
      name: `Task ${number + 1}`,
      phase: number < count / 2 ? "First half" : "Second half",
      step: "command",
      outcome: last && isBad ? "failed" : number % 3 === 0 ? "ok" : "changed",
      attempts: 1,
      beganAt: time(began + number * 1000),
      endedAt: time(began + number * 1000 + 900),
      durationMs: 900,
      changes:
        number % 3 === 0 ? [] : [{ what: "/etc/some.conf", before: "a\nb\n", after: "a\nc\n" }],
      output: {
        stdout: number === 3 ? `I am host ${index}\n`.repeat(400) : "all the same\n",
        rc: 0,
      },
      ...(last &&
        isBad && {
          diagnostic: {
            code: "step/command-failed",
            severity: "error",
            summary: `host ${index} said no`,
          } as const,
        }),
    };
  });
  return {
    host: `server-${String(index).padStart(4, "0")}.example.net`,
    address: `192.0.2.${index % 250}`,
    outcome: isBad ? "failed" : "done",
    beganAt: time(began),
    endedAt: time(began + count * 1000),
    counts: { ...NO_COUNTS, ok: count - (isBad ? 1 : 0), changed: 10, failed: isBad ? 1 : 0 },
    tasks,
  };
}
