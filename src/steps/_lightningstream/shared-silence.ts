import type { ControllerFiles } from "../../model/files.ts";
import { StepProblem } from "../../model/step.ts";

/** A storage did not answer within its time. */
export class StorageSilent extends StepProblem {}

/** How looks that are under way ended, of each place. Keyed by something that lives as long as the run does. */
const memories = new WeakMap<ControllerFiles, Map<string, Promise<StorageSilent | undefined>>>();

/**
 * A storage that drops packets costs every look its whole time limit, and a host has one shell: looks at the same place
 * wait for each other anyway. Who comes while another look is under way shares its silence instead of finding out again;
 * any other ending is its own affair, and who comes later looks for itself.
 */
export async function sharingSilence<T>(
  run: ControllerFiles,
  place: string,
  look: () => Promise<T>,
): Promise<T> {
  const memory = memories.get(run) ?? new Map<string, Promise<StorageSilent | undefined>>();
  memories.set(run, memory);
  const before = memory.get(place);
  const own = (async () => {
    const silent = await before;
    if (silent !== undefined) throw silent;
    return look();
  })();
  const ending = own.then(
    () => undefined,
    (error: unknown) => (error instanceof StorageSilent ? error : undefined),
  );
  memory.set(place, ending);
  void ending.then(() => {
    if (memory.get(place) === ending) memory.delete(place);
  });
  return own;
}
