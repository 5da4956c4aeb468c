import type { ControllerFiles } from "../../model/files.ts";

type Schema = number | null;

/**
 * What is inside snapshots, remembered for a run: an object is never written again under its name, and reading one means
 * downloading it. Keyed by something that lives as long as the run does.
 */
const memories = new WeakMap<ControllerFiles, Map<string, Promise<Schema>>>();

/** How many a host reads at a time: hosts that look at the same moment share the work. */
const AT_ONCE = 4;

/**
 * Reads each of `names` once for all hosts that ask. A host begins with the first name, its own snapshot, so that hosts
 * which look at the same moment share the work. What another host failed to read is read here again.
 */
export async function schemasOnce(
  run: ControllerFiles,
  place: string,
  names: readonly string[],
  read: (names: readonly string[]) => Promise<readonly Schema[]>,
): Promise<ReadonlyMap<string, Schema>> {
  const memory = memories.get(run) ?? new Map<string, Promise<Schema>>();
  memories.set(run, memory);
  const key = (name: string) => `${place}\n${name}`;
  const claimed = new Set<string>();
  const unclaimed = () => names.filter((name) => !memory.has(key(name)) && !claimed.has(name));
  for (let next = unclaimed().slice(0, 1); next.length > 0; next = unclaimed().slice(0, AT_ONCE)) {
    const reading = read(next);
    next.forEach((name, index) => {
      claimed.add(name);
      const schema = reading.then((schemas) => schemas[index] ?? null);
      memory.set(key(name), schema);
      // Nothing is known of it: whoever asks next looks again.
      const forget = () => memory.delete(key(name));
      schema.then((known) => known ?? forget(), forget);
    });
    await reading;
  }
  const found = new Map<string, Schema>();
  for (const name of names) {
    const known = (await memory.get(key(name))?.catch(() => null)) ?? null;
    const own = known === null && !claimed.has(name) ? (await read([name]))[0] : known;
    found.set(name, own ?? null);
  }
  return found;
}
