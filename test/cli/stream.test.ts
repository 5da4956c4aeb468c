import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Ended } from "../helpers/command-line.ts";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";

jest.setTimeout(120_000);

const schema = join(import.meta.dirname, "../../schemas/event.schema.json");
const isEvent = new Ajv2020({ strict: true, strictRequired: false }).compile(
  JSON.parse(readFileSync(schema, "utf8")) as object,
);

const PLAYBOOK = `
runbook: 1
name: Streamed
hosts: all
rollout: { on_failure: stop }
phases:
  - name: Work
    tasks:
      - name: A file
        copy: { content: "1234\\n", dest: "{{ root }}/file" }
      - name: Talk
        shell: "echo 1234 {{ pin_code_secret }}; test ! -e {{ root }}/broken"
        inverse: none
`;

let fleet: PrivateFleet;
let applied: Ended;
let reported: Ended;
beforeAll(async () => {
  fleet = await startFleet(["a", "b"], { groups: "pin_code_secret=1234\n" });
  fleet.file("work.yaml", PLAYBOOK);
  fleet.host("b").write("broken", "yes");
  const args = ["apply", "-i", "hosts.ini", "work.yaml", "--yes", "--format", "ndjson"];
  applied = await fleet.runbook(args);
  reported = await fleet.runbook(["report", "--format", "ndjson"]);
});
afterAll(async () => fleet[Symbol.asyncDispose]());

interface Event {
  readonly type: string;
  readonly seq: number;
  readonly totals?: { readonly hosts: object };
}
const eventsIn = (text: string): readonly Event[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Event);

describe("apply --format ndjson", () => {
  test("has nothing but events on standard output, as its schema describes them", () => {
    const events = eventsIn(applied.out);
    for (const event of events)
      expect([event.type, isEvent(event) ? [] : isEvent.errors]).toEqual([event.type, []]);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events[0]?.type).toBe("run-started");
    expect(events.at(-1)).toMatchObject({
      type: "run-stopped",
      totals: { hosts: { done: 1, failed: 1 }, tasks: { failed: 1, inDoubt: 0 } },
    });
  });

  test("has what people read on standard error, and the same exit code", () => {
    expect(applied.code).toBe(2);
    expect(applied.err).toContain("would change");
    expect(applied.err).toMatch(/b +FAILED +Talk/);
    expect(applied.err).toContain("RECAP");
  });

  test("masks secrets, also where they look like the numbers beside them", () => {
    expect(applied.out).not.toContain(" 1234");
    expect(applied.out + applied.err).not.toMatch(/echo 1234/);
  });

  test("is what report --format ndjson tells afterwards", () => {
    expect(reported).toEqual({ ...applied, code: 0, err: "" });
  });

  test("goes on with resume where it ended", async () => {
    rmSync(fleet.host("b").path("broken"));
    const { code, out, err } = await fleet.runbook(["resume", "--format", "ndjson"]);
    expect([code, err]).toEqual([0, expect.stringContaining("RECAP")]);
    const events = eventsIn(out);
    expect(events[0]).toMatchObject({ type: "run-resumed", seq: eventsIn(applied.out).length + 1 });
    expect(events.at(-1)).toMatchObject({ type: "run-finished", totals: { hosts: { done: 2 } } });
  });
});
