import type { Json } from "../model/json.ts";
import type { Rendered } from "../model/rendering.ts";
import type { StepTools } from "../model/step.ts";
import type { StepCase } from "./case-file.ts";

type Said = Pick<
  StepCase,
  "files" | "vars" | "evaluates" | "facts" | "earlier" | "pins" | "address" | "now"
>;

const NOTHING: Said = {
  files: {},
  vars: {},
  evaluates: {},
  facts: {},
  earlier: {},
  address: "host.example",
  now: Date.UTC(2026, 10, 22, 20),
};

/** What a step may use, from what a case says. Sleeping moves the clock and takes no time. */
export function caseTools(given: Partial<Said> = {}): StepTools & { readonly said: string[] } {
  const of: Said = { ...NOTHING, ...given };
  const said: string[] = [];
  const files = new Map(Object.entries(of.files));
  let now = of.now;
  return {
    said,
    clock: {
      now: () => now,
      ticks: () => now,
      async sleep(ms) {
        now += ms;
      },
    },
    dns: {
      soa: async () => {
        throw new Error("a case has no DNS; hand the step's test a client of its own");
      },
    },
    files: {
      async read(path) {
        const text = files.get(path);
        if (text === undefined) return { kind: "absent", path };
        return { kind: "bytes", path, bytes: new TextEncoder().encode(text), mode: 0o644 };
      },
      async replace(path, bytes) {
        files.set(path, new TextDecoder().decode(bytes));
        return { kind: "written" };
      },
      resolve: (path) => path,
    },
    signal: new AbortController().signal,
    address: of.address,
    pins: of.pins,
    timeoutMs: 30 * 60_000,
    render: (text) => renderPlain(text, of),
    evaluate(expression) {
      const value = of.evaluates[expression] ?? of.vars[expression];
      return value === undefined ? unknownName(expression) : { kind: "rendered", value };
    },
    facts: async () => of.facts,
    earlier: (task) => of.earlier[task],
    say: (text) => {
      said.push(text);
    },
  };
}

/** Names in double braces and nothing more: what templates can do is tested where they are implemented. */
function renderPlain(text: string, of: Said): Rendered<string> {
  const missing: string[] = [];
  const value = text.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => {
    const found: Json | undefined = of.vars[name];
    if (found === undefined) missing.push(name);
    return typeof found === "string" ? found : JSON.stringify(found);
  });
  return missing.length === 0 ? { kind: "rendered", value } : { kind: "unknown", names: missing };
}

function unknownName(expression: string): Rendered<Json> {
  return {
    kind: "problem",
    diagnostic: {
      code: "template/undefined",
      severity: "error",
      summary: `"${expression}" is not among the vars and evaluates of the case`,
    },
  };
}
