/** What every call pays: `--version`, and `validate` of the largest playbook, beside node's own bare start. */
import { join } from "node:path";
import { compared, rounds } from "./lib/figures.mjs";
import { timed } from "./lib/process.mjs";

const FLAGSHIP = join(import.meta.dirname, "..", "playbooks", "schema-upgrade.yaml");

export async function measureStart({ builds, rounds: count, say }) {
  say(
    `\ncold start, ${count} interleaved rounds (goals: --version under 150 ms, validate under 0.5 s)`,
  );
  const node = (...words) => timed([process.execPath, ...words]);
  const runs = await rounds(count, [
    { name: "node -e 0", run: () => node("-e", "0") },
    ...builds.flatMap(({ name, main }) => [
      { name: `${name} --version`, run: () => node(main, "--version") },
      { name: `${name} validate schema-upgrade.yaml`, run: () => node(main, "validate", FLAGSHIP) },
    ]),
  ]);
  say(compared(runs));
}
