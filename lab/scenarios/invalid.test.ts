import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import type { Server } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { isValueMap } from "../../src/model/value.ts";
import { readYaml } from "../../src/yaml/read.ts";
import { UPGRADE, createSite } from "./support/site.ts";
import type { Site } from "./support/site.ts";

const FOLDER = join(import.meta.dirname, "../../test/fixtures/playbooks/invalid");
/** Its table is about the parameters of steps that only tests have. */
const OF_SAMPLE_STEPS = "parameters.yaml";

const files = readdirSync(FOLDER).filter(
  (file) => file !== "expected.yaml" && file !== OF_SAMPLE_STEPS,
);

/** What is wrong with each file and where: `code line:column`, in the order of the file. */
function expectations(): { readonly [file: string]: unknown } {
  const text = readFileSync(join(FOLDER, "expected.yaml"), "utf8");
  const { value } = readYaml(text, "expected.yaml", { duplicateKeys: "error" });
  if (!isValueMap(value?.value)) throw new Error("expected.yaml is not a mapping");
  return value.value;
}

/** The same, as it was printed. */
function problemsIn(printed: string): readonly string[] {
  const lines = printed.split("\n");
  return lines.flatMap((line, at) => {
    const problem = /^(error|warning): .*? {2}(\S+\/\S+)$/.exec(line);
    if (problem === null) return [];
    const place = /:(\d+:\d+) +\|/.exec(lines[at + 1] ?? "");
    return [`${problem[1] === "error" ? "" : "warning "}${problem[2]} ${place?.[1] ?? "nowhere"}`];
  });
}

/** Stands where the hosts' sshd would be, and counts who comes. */
class Doorkeeper {
  connections = 0;
  readonly #server: Server = createServer((socket) => {
    this.connections += 1;
    socket.destroy();
  });
  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return address.port;
  }
  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe("an invalid playbook is refused with all its problems at once, and nobody is called", () => {
  const door = new Doorkeeper();
  let site: Site;
  let inventory: string;

  beforeAll(async () => {
    const port = await door.listen();
    site = createSite();
    inventory = join(site.folder, "hosts.ini");
    writeFileSync(
      inventory,
      `[dns_auth]\nns1 ansible_host=127.0.0.1 ansible_port=${port} ansible_user=ops\n`,
    );
  });
  afterAll(async () => {
    await door.close();
    await site[Symbol.asyncDispose]();
  });

  const apply = (playbook: string, ...more: readonly string[]) =>
    site.run("apply", playbook, "-i", inventory, "--yes", "--accept-irreversible", ...more);

  test("there are twenty at least", () => {
    expect(files.length).toBeGreaterThanOrEqual(20);
  });

  test.each(files)("%s", async (file) => {
    const refused = await apply(join(FOLDER, file));
    expect({ code: refused.code, problems: problemsIn(refused.stderr) }).toEqual({
      code: 16,
      problems: expectations()[file],
    });
    expect(refused.stdout).toBe("");
    expect(door.connections).toBe(0);
  });

  test("the same door sees who does come: a valid playbook", async () => {
    const before = door.connections;
    const tried = await apply(
      UPGRADE,
      ...["-e", "target_version=5.1.*"],
      ...["-e", '{"powerdns_lightningstream_storage":{"options":{"bucket":"b"}}}'],
    );
    expect(tried).toMatchObject({ code: 4 });
    expect(door.connections).toBeGreaterThan(before);
  });
});
