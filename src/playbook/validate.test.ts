import { describe, expect, test } from "@jest/globals";
import { sampleSteps } from "../../test/helpers/sample-steps.ts";
import type { JsonObject } from "../model/json.ts";
import type { AnyStep } from "../model/step.ts";
import { loadPlaybook } from "./load.ts";
import { validateParams } from "./validate.ts";

function judge(yaml: string, rendered: JsonObject) {
  const text = `runbook: 1\nname: x\nhosts: all\nphases: [{ name: One, tasks: [{ ${yaml} }] }]`;
  const task = loadPlaybook(text, "p.yaml", sampleSteps).playbook?.phases[0]?.tasks[0];
  if (task?.action.kind !== "step") throw new Error("no task");
  return validateParams(sampleSteps.get(task.action.step) as AnyStep, rendered, task);
}

describe("rendered parameters", () => {
  test("are complete with the step's defaults", () => {
    const given = { name: "pdns" };
    expect(judge('service: { name: "{{ unit }}" }', given)).toEqual({
      value: { name: "pdns", held: false },
      problems: [],
    });
    expect(given).toEqual({ name: "pdns" });
  });

  test("are refused at the place of the parameter when a template gave another type", () => {
    const { value, problems } = judge('service: { name: x, held: "{{ held }}" }', {
      name: "x",
      held: "no",
    });
    expect(value).toBeUndefined();
    expect(problems).toEqual([
      {
        code: "playbook/wrong-type",
        severity: "error",
        summary: '"held" must be true or false, not "no"',
        hint: "Write false, without quotes.",
        at: { file: "p.yaml", line: 4, column: 59 },
      },
    ]);
  });

  test("no longer take a template for a type", () => {
    const { problems } = judge("service: { name: x }", { name: "x", held: "{{ held }}" });
    expect(problems.map(({ code }) => code)).toEqual(["playbook/wrong-type"]);
  });

  test("that are secret are never shown", () => {
    const { problems } = judge("file: { path: /x }", { path: "/x", token: "hunter2" });
    expect(JSON.stringify(problems)).not.toContain("hunter2");
    expect(problems).toHaveLength(1);
  });

  test("that a template left out are missed at the task", () => {
    const { problems } = judge('file: { path: "{{ omit }}" }', {});
    expect(problems).toMatchObject([
      { code: "playbook/missing-key", summary: 'file needs "path"', hint: "The file." },
    ]);
  });
});
