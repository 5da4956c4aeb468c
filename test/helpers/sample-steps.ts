import {
  defineChanging,
  defineReading,
  type AnyStep,
  type StepRegistry,
} from "../../src/model/step.ts";

// Steps with the parameters of real ones, for tests of the language. They are never run.

const never = () => {
  throw new Error("a sample step is never run");
};

type Sample = Pick<AnyStep, "name" | "params" | "shorthand">;

function reading(sample: Sample): AnyStep {
  return defineReading({
    ...sample,
    summary: `Looks at ${sample.name}`,
    description: `Looks at ${sample.name}.`,
    examples: [{ title: sample.name, yaml: `${sample.name}: {}` }],
    where: "host",
    reads: () => [],
    observe: never,
    judge: never,
  });
}

function changing(sample: Sample): AnyStep {
  return defineChanging({
    ...sample,
    summary: `Changes ${sample.name}`,
    description: `Changes ${sample.name}.`,
    examples: [{ title: sample.name, yaml: `${sample.name}: {}` }],
    where: "host",
    idempotent: true,
    cancel: "safe",
    reads: () => [],
    touches: () => [],
    check: never,
    apply: never,
    undo: never,
  });
}

const STEPS: readonly AnyStep[] = [
  changing({
    name: "command",
    params: {
      cmd: { type: "string", description: "What is run." },
      chdir: { type: "string", description: "Where it is run." },
    },
    shorthand: "cmd",
  }),
  changing({
    name: "service",
    params: {
      name: {
        type: ["string", "array"],
        items: { type: "string" },
        required: true,
        description: "The unit.",
      },
      state: {
        type: "string",
        enum: ["started", "stopped", "restarted"],
        description: "What it shall be.",
      },
      held: { type: "boolean", default: false, description: "Whether it cannot start." },
    },
  }),
  changing({
    name: "file",
    params: {
      path: { type: "string", required: true, description: "The file." },
      mode: { type: "string", pattern: "^0?[0-7]{3,4}$", description: "Its mode, in octal." },
      retries: { type: "integer", minimum: 1, maximum: 9, description: "A number." },
      token: { type: "string", pattern: "^[a-f]+$", secret: true, description: "A secret." },
    },
  }),
  changing({
    name: "package",
    params: {
      name: {
        type: ["string", "array"],
        items: { type: "string" },
        required: true,
        description: "The packages.",
      },
      version: { type: "string", description: "Their version." },
    },
  }),
  changing({
    name: "inventory.set_var",
    params: {
      file: { type: "string", required: true, description: "The file." },
      path: { type: "string", required: true, description: "The variable." },
      value: { type: ["string", "number", "boolean"], required: true, description: "Its value." },
    },
  }),
  reading({
    name: "pdns.state",
    params: {
      schema: { type: "integer", description: "The schema of the LMDB." },
      version: { type: "string", description: "The version of the server." },
      same_prefix_everywhere: { type: "boolean", description: "Whether prefixes are equal." },
    },
  }),
  reading({
    name: "assert",
    params: {
      that: {
        type: ["array", "string"],
        items: { type: "string" },
        required: true,
        template: "expression",
        description: "What must hold.",
      },
    },
    shorthand: "that",
  }),
  reading({
    name: "lmdb.usable",
    params: {
      of: {
        type: "string",
        required: true,
        names: "task",
        description: "The task that made the backup.",
      },
    },
  }),
  reading({ name: "lightningstream.ready", params: {} }),
];

export const sampleSteps: StepRegistry = new Map(STEPS.map((step) => [step.name, step]));
