/**
 * Lives with deaths in them. A story is what an operator wants done; its controllers are killed, interrupted and cut off
 * as told, and the operator goes on each time until it is done. Every way through a story must end in the same world.
 */
import { fold } from "../../src/engine/fold.ts";
import type { JournalEntry } from "../../src/model/journal-entry.ts";
import { wrongs } from "./journal-check.ts";
import type { Birth } from "./toy-life.ts";
import { Life } from "./toy-life.ts";
import type { Applied, Death, ToyOptions } from "./toy-run.ts";
import type { World } from "./toy-steps.ts";

export interface Chapter {
  readonly does: "apply" | "rollback" | "resume";
  readonly only?: readonly string[];
  /** What happens in the world before it. */
  readonly first?: (world: World) => void;
}

export interface Story {
  readonly text: string;
  readonly options: ToyOptions;
  readonly chapters: readonly Chapter[];
  /** What an operator answers when asked. */
  readonly answer?: string;
  /** Who was not begun with what others failed in may end like this host, which went no further. */
  readonly orLike?: string;
  /** The operator mends what stopped a run, says what happened where nobody else can, and goes on until it is done. */
  readonly stubborn?: true;
}

export interface Told {
  readonly life: Life;
  /** Lines that each controller wrote. */
  readonly wrote: readonly number[];
  /** Effects that each controller had. */
  readonly did: readonly number[];
  readonly codes: readonly (number | string)[];
}

/** More controllers than anybody should need. */
const ENOUGH = 12;

/** Tells a story with the given controllers; those that follow live undisturbed. */
export async function told(story: Story, births: readonly Birth[] = []): Promise<Told> {
  const life = new Life(story.text, story.options);
  const wrote: number[] = [];
  const did: number[] = [];
  const codes: (number | string)[] = [];
  const ask = () => Promise.resolve(story.answer);
  const next = async (does: Chapter["does"], only: Chapter["only"]): Promise<Applied> => {
    const birth = { ask, ...births[wrote.length] };
    const before = life.lines.length;
    const effects = life.world.log.length;
    if (wrote.length > ENOUGH) throw new Error(`nobody comes to an end: ${codes.join(" ")}`);
    const ended =
      does === "apply"
        ? await life.apply(birth)
        : does === "resume"
          ? await life.resume(birth)
          : await life.rollback(only, birth);
    // What the dead say counts for nothing.
    const applied: Applied = life.world.isControllerDead ? { kind: "killed" } : ended;
    wrote.push(life.lines.length - before);
    did.push(life.world.log.length - effects);
    codes.push(applied.kind === "ended" ? applied.ending.exitCode : applied.kind);
    return applied;
  };
  for (const { does, only, first } of story.chapters) {
    first?.(life.world);
    const begins = life.lines.length;
    let applied = await next(does, only);
    // Killed, or stopped by an interrupt: the operator goes on.
    while (
      applied.kind === "killed" ||
      isInterrupted(applied) ||
      (story.stubborn && isStopped(applied))
    ) {
      if (story.stubborn) settleByTruth(life);
      const state = fold(life.lines);
      const own = life.lines.slice(begins);
      if (own.some(({ entry }) => entry.type === "run-finished")) break;
      if (does === "rollback" && !own.some(({ entry }) => entry.type === "rollback-begun"))
        applied = await next("rollback", only);
      else applied = await next(state ? "resume" : "apply", undefined);
    }
  }
  return { life, wrote, did, codes };
}

function isInterrupted(applied: Applied): boolean {
  return (
    applied.kind === "ended" &&
    applied.ending.end.kind === "stopped" &&
    applied.ending.end.why === "interrupted"
  );
}

function isStopped(applied: Applied): boolean {
  return (
    applied.kind === "refused" ||
    (applied.kind === "ended" && applied.ending.end.kind === "stopped")
  );
}

/** The operator looks at the host and says what happened. */
function settleByTruth(life: Life): void {
  const state = fold(life.lines);
  for (const lane of state?.lanes.values() ?? []) {
    for (const { of, step, standing, changes } of lane.tasks.values()) {
      if (standing !== "in-doubt") continue;
      const happened = (changes ?? []).some(({ what }) =>
        life.world.of(of.on).has(what.split(" ").slice(1).join(" ")),
      );
      const entry: JournalEntry = happened
        ? { type: "settled", of, step, outcome: "applied", durationMs: 0 }
        : { type: "unbegun", of, why: "somebody says that it did not happen" };
      life.lines.push({ seq: life.lines.length + 1, at: life.clock.now(), entry });
    }
  }
}

/** Every place in an undisturbed telling where a controller can die, with the controllers that live before it. */
export function killPoints({ wrote, did }: Told): readonly KillPoint[] {
  const upTo = (counts: readonly number[], index: number): number =>
    counts.slice(0, index).reduce((sum, one) => sum + one, 0);
  return wrote.flatMap((lines, controller) => {
    const born = Array.from({ length: controller }, () => ({}));
    const at = (death: Death): KillPoint => ({ death, births: [...born, { death }] });
    const line = upTo(wrote, controller);
    const effect = upTo(did, controller);
    return [
      ...Array.from({ length: lines }, (_, index) => line + index + 1).flatMap((one) => [
        at({ line: one, when: "before" }),
        at({ line: one, when: "after" }),
      ]),
      ...Array.from({ length: did[controller] ?? 0 }, (_, index) =>
        at({ effect: effect + index + 1 }),
      ),
    ];
  });
}

export interface KillPoint {
  readonly death: Death;
  readonly births: readonly Birth[];
}

/** What is compared: everything on the hosts, what was done once, what is left behind, and the rules of the journal. */
export interface Outcome {
  readonly world: string;
  readonly once: readonly string[];
  readonly jobs: readonly string[];
  readonly locked: readonly string[];
  readonly wrongs: readonly string[];
}

export function outcomeOf({ life }: Told): Outcome {
  const { world, lines } = life;
  return {
    world: JSON.stringify(
      (JSON.parse(world.picture()) as [string, unknown[]][]).filter(([, keys]) => keys.length > 0),
    ),
    once: world.effects
      .filter((effect) => effect.includes(" strike ") || effect.includes(" knock "))
      .toSorted(),
    jobs: world.hosts.jobs,
    locked: life.locked.toSorted(),
    wrongs: wrongs(lines, world.log),
  };
}

/** The outcome, with hosts that may end like another one told as if they had ended as wanted. */
export function outcomeLike(told: Told, wanted: Outcome, { orLike }: Story): Outcome {
  const outcome = outcomeOf(told);
  if (orLike === undefined) return outcome;
  const hosts = (world: string) => new Map(JSON.parse(world) as [string, unknown][]);
  const [as, other] = [hosts(wanted.world), JSON.stringify(hosts(wanted.world).get(orLike))];
  const world = [...hosts(outcome.world)].map(([host, keys]) =>
    JSON.stringify(keys) === other && as.has(host) ? [host, as.get(host)] : [host, keys],
  );
  return { ...outcome, world: JSON.stringify(world) };
}

/** The same numbers for the same seed: a sample that can be told again. */
export function dice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
