/** What a plan was made from and what is there now: every difference, said by name. */
import { stableJson } from "../../lib/stable-json.ts";
import { encodeValue } from "../../lib/value-codec.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { RunSpec } from "../../model/run-spec.ts";
import type { Scope } from "../../model/value.ts";
import { movedFiles } from "../files-seen.ts";
import { isSecretName } from "../sources.ts";
import type { PlanContents } from "./contents.ts";
import { movedBecause } from "./moved-because.ts";

/** Looked at before anything connects. Values pass through the mask of the terminal before they are shown. */
export async function movedInputs(was: PlanContents, now: RunSpec): Promise<readonly Diagnostic[]> {
  const before = was.spec;
  const found: string[] = [];
  if (before.source.sha256 !== now.source.sha256)
    found.push(`the playbook ${now.source.file} was edited`);
  for (const { path, now: how } of await movedFiles(was.files)) {
    const words = { absent: "is gone", changed: "was edited", there: "is there now" } as const;
    found.push(`the file ${path} ${words[how]}`);
  }
  found.push(...listDifference("hosts", before.hosts, now.hosts));
  found.push(...listDifference("hosts of the playbook", before.fleet, now.fleet));
  found.push(...valuesMoved("input", before.inputs, now.inputs));
  for (const host of now.fleet) {
    const [old, young] = [before.scopes[host], now.scopes[host]];
    if (old && young) found.push(...valuesMoved(`${host}: variable`, flat(old), flat(young)));
  }
  found.push(...valuesMoved("variable", flat(before.fleetScope), flat(now.fleetScope)));
  found.push(...valuesMoved("group", before.groups, now.groups));
  found.push(...valuesMoved("address of", before.addresses, now.addresses));
  found.push(...valuesMoved("connection option", before.connection, now.connection));
  const rest = (spec: RunSpec) => {
    const { mode, batches, forks, maxFailures, onFailure, shared, folders, inventory } = spec;
    return { mode, batches, forks, maxFailures, onFailure, shared, folders, inventory };
  };
  found.push(...valuesMoved("setting", rest(before), rest(now)));
  return distinct(found).map(movedBecause);
}

function flat(scope: Scope): { readonly [name: string]: unknown } {
  return Object.assign({}, ...scope.map(({ values }) => values)) as {
    readonly [name: string]: unknown;
  };
}

function listDifference(
  what: string,
  before: readonly string[],
  now: readonly string[],
): readonly string[] {
  const gone = before.filter((one) => !now.includes(one));
  const added = now.filter((one) => !before.includes(one));
  if (gone.length + added.length === 0)
    return before.join("\n") === now.join("\n") ? [] : [`the order of the ${what} is another one`];
  return [
    `the ${what} are others: ${[...gone.map((one) => `${one} is gone`), ...added.map((one) => `${one} is new`)].join(", ")}`,
  ];
}

function valuesMoved(
  what: string,
  before: { readonly [name: string]: unknown },
  now: { readonly [name: string]: unknown },
): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].flatMap((name) => {
    const [old, young] = [textOf(before[name]), textOf(now[name])];
    if (old === young) return [];
    // Its old value is masked nowhere.
    if (isSecretName(name)) return [`${what} ${name} is another one`];
    return [`${what} ${name}: ${cut(old)} → ${cut(young)}`];
  });
}

function textOf(value: unknown): string {
  return value === undefined ? "absent" : stableJson(encodeValue(value));
}

const LONGEST = 80;

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
