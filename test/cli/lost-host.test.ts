import { expect, jest, test } from "@jest/globals";
import { startFleet } from "../helpers/private-fleet.ts";
import { eventually } from "../helpers/reaching.ts";

jest.setTimeout(120_000);

const PLAYBOOK = `
runbook: 1
name: Slow
hosts: all
rollout: { mode: serial, on_failure: stop }
phases:
  - name: Work
    tasks:
      - name: Slow work
        shell: "echo begun >>{{ root }}/effects; until [ -e {{ root }}/go ] || [ ! -d {{ root }} ]; do sleep 0.05; done"
        inverse: none
`;

const apply = ["apply", "-i", "hosts.ini", "slow.yaml", "--yes"];

test("a host that goes away is waited for as long as the operator says, and is in doubt afterwards", async () => {
  await using fleet = await startFleet(["a", "b"]);
  fleet.file("slow.yaml", PLAYBOOK);
  const a = fleet.host("a");
  // Without the option a command that is at work there is waited for ten minutes.
  const run = fleet.begin([...apply, "--reconnect-timeout", "0.3"]);
  await eventually("the command is at work", () => a.has("effects"));
  await a.server[Symbol.asyncDispose]();
  const ended = await run.ended;
  a.write("go", "");
  expect({ code: ended.code, err: ended.err }).toEqual({
    code: 11,
    err: expect.stringContaining("Stopped: a: in-doubt."),
  });
  expect(fleet.host("b").has("effects")).toBe(false);
});

test("what is no number of seconds is refused before anything is done", async () => {
  await using fleet = await startFleet(["a"]);
  fleet.file("slow.yaml", PLAYBOOK);
  const ended = await fleet.runbook([...apply, "--reconnect-timeout", "soon"]);
  expect({ code: ended.code, err: ended.err }).toEqual({
    code: 5,
    err: expect.stringContaining("'soon' is invalid. It is a number of seconds."),
  });
  expect(fleet.journals()).toEqual([]);
});
