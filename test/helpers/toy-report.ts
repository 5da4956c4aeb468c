import { buildProgram } from "../../src/engine/program.ts";
import { standingOf } from "../../src/engine/standing.ts";
import { makeReport } from "../../src/report/make-report.ts";
import type { RunReport } from "../../src/report/run-report.ts";
import type { Life } from "./toy-life.ts";
import { toyPlaybook } from "./toy-run.ts";

export function reportOfLife(life: Life, lines = life.lines): RunReport {
  const { state, spec } = life;
  const playbook = toyPlaybook(life.text);
  const program = buildProgram({ spec, playbook });
  return makeReport({
    lines,
    state,
    playbook,
    mask: (text) => text,
    inputs: spec.inputs,
    standingOf: (lane) => standingOf(program, lane),
  });
}
