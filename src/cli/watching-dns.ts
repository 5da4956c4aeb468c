import type { Running } from "../engine/running.ts";

/** Does `work` while the servers are watched, where the playbook says `watch_dns:`. */
export async function watchingDns<T>(running: Running, work: () => Promise<T>): Promise<T> {
  const { watchDns } = running.program.run.playbook;
  if (watchDns === undefined) return await work();
  // Loaded where it is wanted: it would be felt by every start.
  const { workWatched } = await import("./dns-beside.ts");
  return await workWatched(running, watchDns, work);
}
