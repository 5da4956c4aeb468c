/** The looks that steps know already, as a playbook of our own that is never applied. */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { Outcome } from "../../model/diagnostic.ts";
import { loadPlaybook } from "../../playbook/load.ts";
import { steps } from "../../steps/index.ts";
import type { ReadPlaybook } from "../sources.ts";

const text = (hosts: string): string => `
runbook: 1
name: Doctor
hosts: ${JSON.stringify(hosts)}
become: "{{ ansible_become | default(true) }}"
preflight:
  - { id: clock, name: clock, clock_skew: { at_most: 1s } }
  - { id: state, name: schema and prefix, pdns.state: { same_prefix_everywhere: true } }
  - { id: ready, name: Lightning Stream, lightningstream.ready: {} }
  - { id: snapshots, name: snapshots, lightningstream.snapshots: { prefix: current } }
phases:
  - { name: nothing, tasks: [{ debug: { msg: never } }] }
`;

/** Looks that only a name server, or one with Lightning Stream, can answer. */
export const LOOKS = [
  { id: "clock", needs: [] },
  { id: "state", needs: ["pdns_server", "lightningstream"] },
  { id: "ready", needs: ["lightningstream"] },
  { id: "snapshots", needs: ["lightningstream"] },
] as const;

export function doctorsPlaybook(hosts: string): Outcome<ReadPlaybook> {
  const written = text(hosts);
  const { playbook, problems } = loadPlaybook(written, "doctor", steps);
  if (!playbook) return { problems };
  const sha256 = createHash("sha256").update(written).digest("hex");
  const value = { playbook, text: written, sha256, file: "doctor", folder: resolve(".") };
  return { value, problems };
}
