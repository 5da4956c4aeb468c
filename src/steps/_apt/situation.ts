import type { Command } from "../../model/command.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { StepProblem, type StepTools } from "../../model/step.ts";
import type { HostReader } from "../../model/transport.ts";
import { demand } from "../ask.ts";
import { lookAtPackages, noApt, parseLook, type AptLook, type LookOptions } from "./look.ts";
import { pinsOf, sourcePath, sourceText, type PackageSource } from "./params.ts";
import { closePreview, openPreview, usePreview } from "./preview.ts";
import { changes } from "./record.ts";
import { resolveWish, type Target, type Wish } from "./wanted.ts";

export interface WishWithSource extends Wish {
  readonly source?: PackageSource;
  /** Lists older than so many seconds are refreshed first; undefined: lists are used as they are. */
  readonly freshFor?: number;
  /** Packages on hold may change. */
  readonly allowHeld?: boolean;
  /** Ask what would have to be fetched. */
  readonly uris?: boolean;
}

/** What a wish means on a host now. */
export type Situation =
  | {
      readonly kind: "known";
      readonly look: AptLook;
      readonly targets: readonly Target[];
      /** The source's file has to be written first. */
      readonly addsSource: boolean;
      /** The lists have to be refreshed first. */
      readonly update: boolean;
    }
  | { readonly kind: "blocked"; readonly diagnostic: Diagnostic };

/** A network and its mirrors may be slow; everything else in a look takes a fraction of a second. */
const REFRESH_MS = 300_000;

/**
 * One read where everything is as wished or the plan has pinned the versions; a second one tries the transaction out.
 * Nothing on the host is changed, apt's lists included.
 */
export async function situationOf(
  host: HostReader,
  wish: WishWithSource,
  tools: Pick<StepTools, "pins">,
): Promise<Situation> {
  const pins = pinsOf(tools.pins);
  const pinned = pins !== undefined && wish.names.every((name) => pins.has(name));
  const always = {
    allowHeld: wish.allowHeld === true,
    uris: wish.uris === true,
    ...(wish.source === undefined ? {} : { sourceFile: sourcePath(wish.source) }),
  };
  const look = (options: LookOptions) =>
    looked(host, lookAtPackages(wish.names, { ...always, ...options }));

  const first = await look(
    pinned ? { simulate: wish.names.map((name) => `${name}=${pins.get(name) ?? ""}`) } : {},
  );
  const resolved = resolveWish(wish, first, pins);
  const addsSource = wish.source !== undefined && first.sourceFile !== sourceText(wish.source);
  const known = { kind: "known", look: first, addsSource, update: false } as const;
  if (resolved.kind === "targets") {
    const { targets } = resolved;
    if (isSettled(targets, first)) return { ...known, targets };
    if (wish.state === "absent") return { ...known, look: await look({ remove: true }), targets };
    if (pinned) return { ...known, look: await withCompanions(host, wish.names, first), targets };
  }
  const stale = wish.freshFor !== undefined && first.listsAge >= wish.freshFor;
  if (addsSource || stale) {
    const fresh = await look({ first: openPreview(wish.source) });
    const folder = fresh.preview?.folder ?? "";
    const again = resolveWish(wish, fresh, pins);
    const ends = { first: usePreview(folder), last: closePreview(folder) };
    const tried = await look({ ...ends, simulate: wordsOf(again) });
    return again.kind === "problem"
      ? { kind: "blocked", diagnostic: withSaid(again.diagnostic, fresh.preview?.said ?? []) }
      : { ...known, look: tried, targets: again.targets, update: true };
  }
  if (resolved.kind === "problem") return { kind: "blocked", diagnostic: resolved.diagnostic };
  const tried = await look({ simulate: wordsOf(resolved) });
  return {
    ...known,
    look: await withCompanions(host, wish.names, tried),
    targets: resolved.targets,
  };
}

/** Packages that a transaction would upgrade along the way: what their old files are must be known too. */
async function withCompanions(
  host: HostReader,
  names: readonly string[],
  tried: AptLook,
): Promise<AptLook> {
  if (tried.simulation?.kind !== "possible") return tried;
  const companions = tried.simulation.plan.upgrades
    .map((upgrade) => upgrade.package)
    .filter((name) => !names.includes(name));
  if (companions.length === 0) return tried;
  const wider = await looked(host, lookAtPackages([...names, ...companions]));
  return { ...wider, simulation: tried.simulation, missing: tried.missing };
}

/** Nothing is to be done: every package is there and well, and no hold waits to be put back. */
export function isSettled(targets: readonly Target[], look: AptLook): boolean {
  return (
    !targets.some((target) => changes(target, look)) &&
    look.audit.length === 0 &&
    !targets.some((target) => look.liftedHolds.includes(target.package))
  );
}

function wordsOf(resolved: ReturnType<typeof resolveWish>): readonly string[] {
  if (resolved.kind === "problem") return [];
  return resolved.targets.map((target) => `${target.package}=${target.version ?? ""}`);
}

async function looked(host: HostReader, command: Command): Promise<AptLook> {
  const parsed = parseLook((await demand(host, command, { timeoutMs: REFRESH_MS })).out);
  if (parsed.kind === "apt") return parsed.look;
  throw new StepProblem("failed", noApt(parsed.system));
}

function withSaid(diagnostic: Diagnostic, said: readonly string[]): Diagnostic {
  return { ...diagnostic, detail: [...(diagnostic.detail ?? []), ...said.slice(0, 8)] };
}
