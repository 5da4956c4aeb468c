/**
 * A plan file as text: a header that everybody can read, and the rest encrypted as a journal's secrets are, with a key of
 * its own that the state key wraps. The header is authenticated with the rest: nothing in the file can be altered unseen.
 */
import { decodeValue, encodeValue } from "../../lib/value-codec.ts";
import type { RunKey } from "../../journal/seal.ts";
import { newKey, seal, unseal } from "../../journal/seal.ts";
import type { Diagnostic, Outcome } from "../../model/diagnostic.ts";
import type { Json, JsonObject } from "../../model/json.ts";
import { VERSION } from "../version.ts";
import type { PlanContents, PlanFile, PlanHeader } from "./contents.ts";

const BEGINNING = '{\n  "runbook-plan":';
const KEY_OF = "plan key";

/** Whether a file is one, or was: by how it begins. */
export function isPlanText(text: string): boolean {
  return text.startsWith(BEGINNING);
}

export function sealPlan({ header, contents }: PlanFile, stateKey: RunKey): string {
  const key = newKey();
  const open = { ...header, key: seal(stateKey, key.toString("base64"), KEY_OF) };
  const sealed = seal(key, JSON.stringify(encodeValue(contents)), JSON.stringify(open));
  return `${JSON.stringify({ ...open, sealed }, null, 2)}\n`;
}

/** `stateKey`: undefined where there is none. */
export function openPlan(
  file: string,
  text: string,
  stateKey: RunKey | undefined,
): Outcome<PlanFile> {
  const raw = parsed(text);
  if (raw === undefined) return refused(file, "it is cut off, or was altered");
  const { sealed, ...open } = raw;
  // What another version wrote is not looked into.
  if (raw["runbook-plan"] !== 1 || raw["version"] !== VERSION) {
    const by = typeof raw["version"] === "string" ? raw["version"] : "another version";
    return refused(file, `it was made by runbook ${by}, and this is ${VERSION}`);
  }
  const { key: wrapped } = open;
  if (typeof wrapped !== "string" || typeof sealed !== "string")
    return refused(file, "it is cut off, or was altered");
  const key = stateKey && unseal(stateKey, wrapped, KEY_OF);
  if (key === undefined) {
    return {
      problems: [
        {
          code: "cli/plan-file",
          severity: "error",
          summary: `${file} cannot be read with the state key of this state folder`,
          hint: "Use --state-dir or --state-key-file as where the plan was made, or make the plan anew.",
        },
      ],
    };
  }
  const plain = unseal(Buffer.from(key, "base64"), sealed, JSON.stringify(open));
  if (plain === undefined) return refused(file, "it was altered after it was made");
  return {
    value: {
      // Authenticated: it is what `sealPlan` wrote.
      header: open as unknown as PlanHeader,
      contents: decodeValue(JSON.parse(plain) as Json) as PlanContents,
    },
    problems: [],
  };
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}

function refused(file: string, why: string): { readonly problems: readonly Diagnostic[] } {
  return {
    problems: [
      {
        code: "cli/plan-file",
        severity: "error",
        summary: `the plan file ${file} is not applied: ${why}`,
        hint: "Nothing was connected to. `runbook plan --out` makes another one.",
      },
    ],
  };
}
