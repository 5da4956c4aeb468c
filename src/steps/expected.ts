import type { Json } from "../model/json.ts";

/** Whether a text is the expected one, where `…` in the expected one stands for any text. */
export function fits(expected: string, actual: string): boolean {
  const parts = expected.split("…").map(escaped);
  return new RegExp(`^${parts.join("[\\s\\S]*")}$`).test(actual);
}

/** The same for commands, where white space around them means nothing. */
export function fitsCommand(expected: string, actual: string): boolean {
  return fits(expected.trim(), actual.trim());
}

/**
 * Where `actual` is not what was expected, one line per difference; nothing when it fits. Keys that are not expected may
 * hold anything.
 */
export function differences(expected: Json, actual: Json | undefined, at = ""): readonly string[] {
  const here = at === "" ? "it" : at;
  const said = [`${here} is ${show(actual)}, expected ${show(expected)}`];
  if (actual === undefined) return said;
  if (typeof expected === "string" && typeof actual === "string") {
    return fits(expected, actual) ? [] : said;
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return said;
    const items = actual as readonly Json[];
    return (expected as readonly Json[]).flatMap((item, index) =>
      differences(item, items[index], `${at}[${index}]`),
    );
  }
  if (typeof expected === "object" && expected !== null) {
    if (typeof actual !== "object" || actual === null || Array.isArray(actual)) return said;
    const parts = actual as { readonly [key: string]: Json };
    return Object.entries(expected).flatMap(([key, part]) =>
      differences(part as Json, parts[key], at === "" ? key : `${at}.${key}`),
    );
  }
  return expected === actual ? [] : said;
}

function show(value: Json | undefined): string {
  return value === undefined ? "absent" : JSON.stringify(value);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
