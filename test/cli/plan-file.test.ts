import { describe, expect, jest, test } from "@jest/globals";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";
import { eventually } from "../helpers/reaching.ts";

jest.setTimeout(120_000);

const PLAYBOOK = `
runbook: 1
name: Greet
hosts: all
rollout: { mode: serial }
inputs:
  greeting: { type: string, default: hello, description: what is said }
phases:
  - name: Work
    tasks:
      - name: The greeting
        copy: { content: "{{ greeting }} {{ db_password }}", dest: "{{ root }}/greeting" }
      - name: The message
        copy: { src: message.txt, dest: "{{ root }}/message" }
`;
const PASSWORD = "correct-horse-battery";
const plan = ["plan", "-i", "hosts.ini", "greet.yaml", "--out", "greet.plan"];
const apply = ["apply", "greet.plan", "--yes"];

async function greetings(): Promise<PrivateFleet> {
  const fleet = await startFleet(["a", "b"], { vars: () => `db_password=${PASSWORD}` });
  fleet.file("greet.yaml", PLAYBOOK);
  fleet.file("files/message.txt", "first\n");
  return fleet;
}

async function planned(fleet: PrivateFleet): Promise<string> {
  const made = await fleet.runbook(plan);
  expect([made.code, made.err]).toEqual([0, expect.stringContaining("runbook apply greet.plan")]);
  return join(fleet.folder, "greet.plan");
}

/** What refuses before it connects has no journal either. */
async function expectRefused(
  fleet: PrivateFleet,
  words: readonly string[],
  code = 14,
): Promise<void> {
  const journals = fleet.journals().length;
  const ended = await fleet.runbook(apply);
  expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(words[0] ?? "")]);
  for (const word of words) expect(ended.err).toContain(word);
  expect(ended.out + ended.err).not.toContain(PASSWORD);
  expect(fleet.journals().length).toBe(journals);
}

describe("a plan file", () => {
  test("is its owner's alone, holds no secret in clear, and is applied as it is, once", async () => {
    await using fleet = await greetings();
    const path = await planned(fleet);
    const text = readFileSync(path, "utf8");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(text).toContain('"playbook"');
    for (const form of [PASSWORD, Buffer.from(PASSWORD).toString("base64"), "first"])
      expect(text).not.toContain(form);
    expect(fleet.host("a").has("greeting")).toBe(false);
    expect(await fleet.runbook(["apply", "--check", "greet.plan"])).toMatchObject({ code: 0 });
    expect(await fleet.runbook(apply)).toMatchObject({ code: 0, err: "" });
    expect(fleet.host("b").read("greeting")).toBe(`hello ${PASSWORD}`);
    await expectRefused(fleet, ["applied already, by run ", "(succeeded)", "plan --out"]);
  });

  test("means what it meant in the folder where it was made", async () => {
    await using fleet = await greetings();
    await planned(fleet);
    mkdirSync(join(fleet.folder, "elsewhere"));
    const there = ["-c", 'cd elsewhere && exec "$@"', "sh"];
    const ended = await fleet.runbook(["apply", "../greet.plan", "--yes"], {
      under: ["/bin/sh", ...there],
    });
    expect(ended).toMatchObject({ code: 0, err: "" });
    expect(fleet.host("a").read("message")).toBe("first\n");
  });

  test("accepts what cannot be taken back and was named in it, and nothing without --yes", async () => {
    await using fleet = await greetings();
    fleet.file(
      "greet.yaml",
      PLAYBOOK.replace(
        "      - name: The message\n",
        "      - name: The message\n        irreversible: it is read\n",
      ),
    );
    const path = await planned(fleet);
    expect(JSON.parse(readFileSync(path, "utf8")).irreversible).toEqual([
      { host: "a", task: "The message" },
      { host: "b", task: "The message" },
    ]);
    expect(await fleet.runbook(["apply", "greet.plan"])).toMatchObject({ code: 14 });
    expect(fleet.host("a").has("message")).toBe(false);
    expect(await fleet.runbook(apply)).toMatchObject({ code: 0 });
    expect(fleet.host("a").has("message")).toBe(true);
  });
});

describe("a plan file is refused without a connection", () => {
  test("when a playbook, a copied file, a variable, a password or the hosts are others: named, with both values", async () => {
    await using fleet = await greetings();
    await planned(fleet);
    const hosts = readFileSync(join(fleet.folder, "hosts.ini"), "utf8");
    const moves: readonly (readonly [string, string, string, readonly string[]])[] = [
      ["greet.yaml", `${PLAYBOOK}\n# later\n`, PLAYBOOK, ["greet.yaml was edited", "plan --out"]],
      ["files/message.txt", "second\n", "first\n", ["files/message.txt was edited"]],
      ["group_vars/all.yml", "greeting: good evening\n", "", ['greeting: "hello" → ', "evening"]],
      [
        "host_vars/b.yml",
        "db_password: another-secret-word\n",
        "",
        ["b: variable db_password is another one"],
      ],
      ["hosts.ini", hosts.replace(/^b .*$/m, ""), hosts, ["the hosts are others: b is gone"]],
    ];
    for (const [name, young, old, words] of moves) {
      fleet.file(name, young);
      await expectRefused(fleet, words);
      fleet.file(name, old);
    }
    expect(await fleet.runbook(apply)).toMatchObject({ code: 0 });
  });

  test("when a byte of it is another one, wherever, or when it is cut off, or of another version", async () => {
    await using fleet = await greetings();
    const path = await planned(fleet);
    const text = readFileSync(path, "utf8");
    const altered = [
      text.replace('"changes": 4', '"changes": 0'),
      text.replace(/"sealed": "(.)/, (_all, first) => `"sealed": "${first === "A" ? "B" : "A"}`),
    ];
    for (const one of altered) {
      expect(one).not.toBe(text);
      writeFileSync(path, one);
      await expectRefused(fleet, ["it was altered"], 16);
    }
    writeFileSync(path, text.slice(0, text.length / 2));
    await expectRefused(fleet, ["it is cut off, or was altered"], 16);
    writeFileSync(path, text.replace(/"version": "[^"]*"/, '"version": "0.0.9"'));
    await expectRefused(fleet, ["made by runbook 0.0.9"], 16);
    writeFileSync(path, text);
    renameSync(join(fleet.stateFolder, "key"), join(fleet.home, "key"));
    await expectRefused(fleet, ["cannot be read with the state key"], 16);
  });

  test("when something is said beside it that it says itself, or another state folder would apply it again", async () => {
    await using fleet = await greetings();
    await planned(fleet);
    const beside = await fleet.runbook([...apply, "-e", "greeting=bye"]);
    expect([beside.code, beside.err]).toEqual([5, expect.stringContaining("-e does not go with")]);
    const key = ["--state-key-file", join(fleet.stateFolder, "key")];
    const other = await fleet.runbook([...apply, "--state-dir", "other", ...key]);
    expect([other.code, other.err]).toEqual([
      14,
      expect.stringContaining("made with the state folder"),
    ]);
    expect(fleet.journals()).toEqual([]);
  });
});

test("a plan whose hosts have moved is refused with host, task, before and now, and can be applied when they are as before", async () => {
  await using fleet = await greetings();
  await planned(fleet);
  fleet.host("b").write("greeting", "somebody was here");
  const refused = await fleet.runbook(apply);
  expect(refused.code).toBe(14);
  expect(refused.err).toContain("b: The greeting: would change ");
  expect(refused.err).toContain('"somebody was here"');
  expect(refused.err).not.toContain("a: The");
  expect(refused.out + refused.err).not.toContain(PASSWORD);
  expect(fleet.host("a").has("greeting")).toBe(false);
  expect(await fleet.runbook(["plan", "greet.plan"])).toMatchObject({ code: 14 });
  fleet.host("b").remove("greeting");
  expect(await fleet.runbook(apply)).toMatchObject({ code: 0 });
  expect(fleet.host("b").read("greeting")).toBe(`hello ${PASSWORD}`);
});

test("a plan whose run was killed is not applied a second time: resume goes on with it", async () => {
  await using fleet = await startFleet(["a"]);
  fleet.file(
    "greet.yaml",
    `
runbook: 1
name: Slow
hosts: all
phases:
  - name: Work
    tasks:
      - shell: "echo begun >>{{ root }}/effects; until [ -e {{ root }}/go ] || [ ! -d {{ root }} ]; do sleep 0.05; done"
        inverse: none
`,
  );
  await planned(fleet);
  const run = fleet.begin(apply);
  await eventually("it is at work", () => fleet.host("a").has("effects"));
  await expectRefused(fleet, ["applied already", "which is at work", "show --follow"]);
  run.signal("SIGKILL");
  await run.ended;
  await expectRefused(fleet, ["which is not finished", "runbook resume"]);
  fleet.host("a").write("go", "");
  expect(await fleet.runbook(["resume"])).toMatchObject({ code: 0 });
  expect(fleet.host("a").read("effects")).toBe("begun\n");
  await expectRefused(fleet, ["(succeeded)"]);
});

test("of two that apply the same plan at the same time one does it", async () => {
  await using fleet = await greetings();
  await planned(fleet);
  const ended = await Promise.all([fleet.runbook(apply), fleet.runbook(apply)]);
  const codes = ended.map(({ code }) => code).toSorted((a, b) => Number(a) - Number(b));
  expect(codes).toEqual([0, 14]);
  expect(ended.map(({ err }) => err).join("")).toContain("applied already");
});

test("no plan file is written where a precondition does not hold, or where it cannot be", async () => {
  await using fleet = await greetings();
  const nowhere = await fleet.runbook([...plan.slice(0, -1), "no/such/folder.plan"]);
  expect([nowhere.code, nowhere.err]).toEqual([
    1,
    expect.stringContaining("the plan file was not written to no/such/folder.plan"),
  ]);
  fleet.file(
    "greet.yaml",
    PLAYBOOK.replace("copy: { src: message.txt,", "copy: { src: other.txt,"),
  );
  const refused = await fleet.runbook(plan);
  expect([refused.code, refused.err]).toEqual([14, expect.stringContaining("no plan file")]);
});
