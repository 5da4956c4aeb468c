/** What an operator reads when something failed, and when there is nobody to ask. */
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";

jest.setTimeout(120_000);

const PLAYBOOK = `
runbook: 1
name: Site
hosts: all
rollout: { batches: 1, on_failure: ask }
phases:
  - name: Work
    tasks:
      - name: A file
        copy: { content: "new\\n", dest: "{{ root }}/file" }
      - name: Break
        shell: "echo first; echo the disk is on fire >&2; exit 7"
        inverse: none
`;

let fleet: PrivateFleet;
beforeEach(async () => {
  fleet = await startFleet(["a", "b"]);
  fleet.file("site.yaml", PLAYBOOK);
});
afterEach(async () => fleet[Symbol.asyncDispose]());

describe("a task that fails", () => {
  test("is shown with command, status, last lines, place, what was done before, and the ways on", async () => {
    const { code, out, err } = await fleet.runbook([
      ...["apply", "-i", "hosts.ini", "site.yaml", "--yes"],
    ]);
    expect(code).toBe(2);
    expect(out).toMatch(/a +FAILED +Break/);
    expect(out).toContain("status 7");
    expect(out).toContain("$ /bin/sh -c 'echo first; echo the disk is on fire >&2; exit 7'");
    expect(out).toContain("  the disk is on fire\n");
    expect(out).toMatch(/site\.yaml:\d+:\d+ \| +/);
    expect(out).toContain("  done on a before it: 1 change: A file\n");
    expect(err).toMatch(/ {2}failed on a: Break: .*status 7.* \(site\.yaml:\d+\)\n/);
    const [, run = ""] = /run (\S+), 2 hosts/.exec(out) ?? [];
    for (const way of ["resume", "show", "rollback"])
      expect(err).toContain(`runbook ${way} ${run}`);
  });
});

describe("a question that nobody can answer", () => {
  test("is said with the answer that is taken, and does not block", async () => {
    const { err, out } = await fleet.runbook([
      ...["apply", "-i", "hosts.ini", "site.yaml", "--yes"],
    ]);
    expect(err).toContain("Nobody can answer here: taken as stop.");
    expect(out).toContain('decision: on_failure: "stop" (nobody could be asked)');
  });
});
