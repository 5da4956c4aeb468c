import { describe, expect, jest, test } from "@jest/globals";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";

jest.setTimeout(120_000);

const PLAYBOOK = `
runbook: 1
name: Two steps
hosts: all
phases:
  - name: Work
    tasks:
      - copy: { content: new, dest: "{{ root }}/first" }
      - shell: "echo once >>{{ root }}/effects; test -e {{ root }}/there"
        inverse: none
      - copy: { content: "{{ word }}", dest: "{{ root }}/last" }
`;
const WORD = "canary-of-the-hand-over";

/** A run that failed at its second task, two state folders, and a passphrase. */
async function failedRun() {
  const fleet = await startFleet(["a"]);
  fleet.file("two.yaml", PLAYBOOK);
  const passphrase = fleet.file("passphrase", "correct horse\n", 0o600);
  fleet.host("a").write("first", "old");
  const applied = await fleet.runbook([
    ...["apply", "-i", "hosts.ini", "two.yaml", "--yes", "-e", `word=${WORD}`],
  ]);
  expect(applied.code).toBe(2);
  const run = basename(fleet.journals()[0] ?? "", ".journal.jsonl");
  const file = join(fleet.folder, "handed-over");
  const there = (...args: readonly string[]) =>
    fleet.runbook([...args, "--state-dir", join(fleet.folder, "there")]);
  const exported = () =>
    fleet.runbook(["runs", "export", run, file, "--passphrase-file", passphrase]);
  const imported = () => there("runs", "import", file, "--passphrase-file", passphrase);
  return { fleet, run, file, there, exported, imported, passphrase };
}

const effects = (fleet: PrivateFleet): string => fleet.host("a").read("effects");

describe("a run that is handed over", () => {
  test("goes on and goes back in the other state folder, and is only shown in the first", async () => {
    const { fleet, run, file, there, exported, imported } = await failedRun();
    await using _ = fleet;
    const out = await exported();
    expect([out.code, out.err]).toEqual([0, ""]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).not.toContain(WORD);
    const here = await fleet.runbook(["resume", run]);
    expect([here.code, here.err]).toEqual([13, expect.stringContaining("was handed over")]);
    expect((await fleet.runbook(["show", run])).code).toBe(0);
    expect((await exported()).code).toBe(13);
    const taken = await imported();
    expect([taken.code, taken.err]).toEqual([0, ""]);
    fleet.host("a").write("there", "");
    expect((await there("resume", run)).code).toBe(0);
    expect(fleet.host("a").read("last")).toBe(WORD);
    expect(effects(fleet)).toBe("once\nonce\n");
    const twice = await imported();
    expect([twice.code, twice.err]).toEqual([14, expect.stringContaining("is here already")]);
    const back = await there("rollback", run, "--yes");
    expect([back.code, fleet.host("a").has("last")]).toEqual([0, false]);
    expect(fleet.host("a").read("first")).toBe("old");
  });

  test("comes back by an import of what was exported, or of what went on from there", async () => {
    const { fleet, run, there, exported, imported, passphrase } = await failedRun();
    await using _ = fleet;
    await exported();
    await imported();
    fleet.host("a").write("there", "");
    expect((await there("resume", run)).code).toBe(0);
    const back = join(fleet.folder, "back");
    const out = await there("runs", "export", run, back, "--passphrase-file", passphrase);
    expect(out.code).toBe(0);
    const home = await fleet.runbook(["runs", "import", back, "--passphrase-file", passphrase]);
    expect([home.code, home.err]).toEqual([0, ""]);
    expect((await fleet.runbook(["runs"])).out).toContain("succeeded");
    expect((await fleet.runbook(["rollback", run, "--yes"])).code).toBe(0);
    expect(fleet.host("a").read("first")).toBe("old");
  });

  test("is refused with another passphrase, cut anywhere, or with a bit turned over; nothing is written", async () => {
    const { fleet, file, there, exported, imported } = await failedRun();
    await using _ = fleet;
    await exported();
    const other = fleet.file("other", "wrong horse\n", 0o600);
    const wrong = await there("runs", "import", file, "--passphrase-file", other);
    expect([wrong.code, wrong.err]).toEqual([14, expect.stringContaining("passphrase")]);
    const unasked = await there("runs", "import", file);
    expect([unasked.code, unasked.err]).toEqual([14, expect.stringContaining("--passphrase-file")]);
    const whole = readFileSync(file);
    for (const damaged of [whole.subarray(0, -1), whole.subarray(0, 40), flipped(whole)]) {
      writeFileSync(file, damaged);
      const { code, err } = await imported();
      expect([code, err]).toEqual([14, expect.stringContaining("is not imported")]);
    }
    writeFileSync(file, whole);
    expect((await there("runs")).out).toBe("");
  });

  test("needs no passphrase where both sides have one state key", async () => {
    const { fleet, run, file, there } = await failedRun();
    await using _ = fleet;
    const key = join(fleet.stateFolder, "key");
    const out = await fleet.runbook(["runs", "export", run, file, "--state-key-file", key]);
    expect([out.code, out.err]).toEqual([0, ""]);
    const without = await there("runs", "import", file);
    expect([without.code, without.err]).toEqual([14, expect.stringContaining("--state-key-file")]);
    expect((await there("runs", "import", file, "--state-key-file", key)).code).toBe(0);
    fleet.host("a").write("there", "");
    expect((await there("resume", run, "--state-key-file", key)).code).toBe(0);
  });
});

test("a state folder that a group owns holds files for the group, whatever the umask", async () => {
  await using fleet = await startFleet(["a"]);
  fleet.file("one.yaml", PLAYBOOK.replace("test -e {{ root }}/there", "true"));
  const shared = join(fleet.folder, "shared");
  mkdirSync(shared);
  chmodSync(shared, 0o2770);
  const applied = await fleet.runbook(
    ["apply", "-i", "hosts.ini", "one.yaml", "--yes", "-e", "word=x", "--state-dir", shared],
    { under: ["/bin/sh", "-c", 'umask 077; exec "$@"', "sh"] },
  );
  expect(applied.code).toBe(0);
  const files = readdirSync(shared, { withFileTypes: true }).filter((entry) => entry.isFile());
  const modes = files.map(({ name }) => statSync(join(shared, name)).mode & 0o777);
  expect(modes).toEqual([0o660, 0o660]);
});

function flipped(bytes: Buffer): Buffer {
  const other = Buffer.from(bytes);
  const at = Math.floor(other.length / 2);
  other[at] = (other[at] ?? 0) ^ 1;
  return other;
}
