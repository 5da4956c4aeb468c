import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Ended } from "../helpers/command-line.ts";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";

jest.setTimeout(120_000);

const schema = join(import.meta.dirname, "../../schemas/notification.schema.json");
const isNotification = new Ajv2020({ strict: true, strictRequired: false }).compile(
  JSON.parse(readFileSync(schema, "utf8")) as object,
);

interface Got {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly document: { readonly moment: string; readonly host?: string; readonly text: string };
}

let fleet: PrivateFleet;
let server: Server;
let port: number;
let got: Got[] = [];
let answer: (response: ServerResponse, count: number) => void;
beforeAll(async () => {
  fleet = await startFleet(["a", "b"]);
  server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      got.push({ headers: request.headers, body, document: JSON.parse(body) as Got["document"] });
      answer(response, got.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await fleet[Symbol.asyncDispose]();
});
beforeEach(() => {
  got = [];
  answer = (response) => response.end();
});

const playbook = (notify: string): string => `
runbook: 1
name: Told
hosts: all
rollout: { on_failure: stop }
inputs:
  hook_token: { type: string, required: true, description: path of the webhook }
notify:
${notify}
phases:
  - name: Work
    tasks:
      - name: Fails on b
        shell: "test {{ inventory_hostname }} != b && echo done >{{ root }}/done"
        inverse: none
`;

/** Whatever it leaves is given up: the next test wants the locks. */
async function apply(file: string, ...more: readonly string[]): Promise<Ended> {
  const args = ["apply", "-i", "hosts.ini", file, "--yes", "-e", "hook_token=T0PS3CRET", ...more];
  const ended = await fleet.runbook(args);
  const run = basename(fleet.journals().at(-1) ?? "").split(".")[0] ?? "";
  const given = ended.code === 2 ? await fleet.runbook(["abandon", run, "--yes"]) : ended;
  if (given.code !== ended.code && given.code !== 0) throw new Error(given.err);
  return ended;
}

const webhook = (): string =>
  `  - { webhook: "http://127.0.0.1:${port}/{{ hook_token }}", secret: "key-{{ hook_token }}" }`;

describe("notify", () => {
  test("tells a webhook of start, failure and end, in this order, signed with a timestamp", async () => {
    fleet.file("told.yaml", playbook(webhook()));
    const before = Math.floor(Date.now() / 1000);
    const { code, out, err } = await apply("told.yaml");
    expect([code, out + err]).toEqual([2, expect.not.stringContaining("T0PS3CRET")]);
    expect(got.map(({ document }) => document.moment)).toEqual(["start", "failure", "end"]);
    expect(got[1]?.document).toMatchObject({ host: "b", task: "Fails on b" });
    expect(got[2]?.document).toMatchObject({
      ...{ outcome: "stopped", why: "failed" },
      totals: { hosts: { done: 1, failed: 1 } },
    });
    for (const { headers, body, document } of got) {
      expect(isNotification(document) ? [] : isNotification.errors).toEqual([]);
      const timestamp = String(headers["x-runbook-timestamp"]);
      expect(Number(timestamp)).toBeGreaterThanOrEqual(before);
      const hmac = createHmac("sha256", "key-T0PS3CRET").update(`${timestamp}.${body}`);
      expect(headers["x-runbook-signature"]).toBe(`v1=${hmac.digest("hex")}`);
    }
    expect(new Set(got.map(({ headers }) => headers["x-runbook-id"])).size).toBe(3);
    const report = await fleet.runbook(["report", "--format", "json"]);
    expect(report.out).not.toContain("T0PS3CRET");
  });

  test("tries again what may pass, with the same id, and gives up what will not", async () => {
    fleet.file(
      "again.yaml",
      playbook(webhook().replace("{ webhook", "{ moments: [start], webhook")),
    );
    answer = (response, count) => {
      response.statusCode = count === 1 ? 503 : 200;
      response.end();
    };
    const first = await apply("again.yaml");
    expect([first.code, first.err]).toEqual([2, expect.not.stringContaining("nobody was told")]);
    expect(got).toHaveLength(2);
    expect(got[0]?.headers["x-runbook-id"]).toBe(got[1]?.headers["x-runbook-id"]);
    got = [];
    answer = (response) => response.writeHead(302, { location: "/elsewhere" }).end();
    const second = await apply("again.yaml");
    expect(second.err).toContain(`nobody was told by http://127.0.0.1:${port}: it answered 302`);
    expect([second.code, got.length]).toEqual([2, 1]);
  });

  test("tells a program on standard input, and a run goes on where there is none", async () => {
    const script = fleet.file("tell", `#!/bin/sh\ncat >"told-$RUNBOOK_MOMENT"\n`, 0o755);
    fleet.file(
      "program.yaml",
      playbook(`  - { moments: [end], command: ["${script}"] }\n  - { command: [./nowhere, x] }`),
    );
    const { code, err } = await apply("program.yaml", "--limit", "a");
    expect(code).toBe(0);
    expect(err).toContain("nobody was told by ./nowhere: ");
    expect(fleet.host("a").has("done")).toBe(true);
    const resumed = await apply("program.yaml");
    expect(resumed.code).toBe(2);
    const document = JSON.parse(readFileSync(join(fleet.folder, "told-end"), "utf8")) as object;
    expect(document).toMatchObject({ moment: "end", playbook: "Told", why: "failed" });
  });

  test("is wrong with a place, before anything connects", async () => {
    fleet.file(
      "wrong.yaml",
      playbook(
        [
          "  - moments: [sometimes]",
          "    webhook: ftp://example.net/x",
          "    secret: x",
          "  - { moments: [end] }",
          "  - webhook: https://example.net/x",
          "    sceret: x",
        ].join("\n"),
      ),
    );
    const { code, err } = await apply("wrong.yaml");
    expect(code).toBe(16);
    expect(err).toContain("wrong.yaml:10");
    expect(err).toContain('"ftp://example.net/x" is no http or https address');
    expect(err).toContain("nobody is named who could be told");
    expect(err).toContain('Did you mean "secret"?');
    fleet.file("unknown.yaml", playbook('  - { command: ["{{ nothing_of_that_name }}"] }'));
    const unknown = await apply("unknown.yaml");
    expect(unknown.code).toBe(16);
    expect(unknown.err).toContain("nothing_of_that_name");
  });
});

describe("the file that RUNBOOK_NOTIFY names", () => {
  const QUIET = `
runbook: 1
name: Quiet
hosts: a
phases: [{ name: Work, tasks: [{ shell: "echo >{{ root }}/worked", inverse: none }] }]
`;
  const apply = (file: string) =>
    fleet.runbook(["apply", "-i", "hosts.ini", "quiet.yaml", "--yes"], {
      env: { RUNBOOK_NOTIFY: file },
    });

  test("has who is told of every run, also of playbooks that tell nobody", async () => {
    fleet.file("quiet.yaml", QUIET);
    fleet.file("notify.key", "house");
    fleet.file(
      "house.yaml",
      `notify: [{ webhook: "http://127.0.0.1:${port}/", secret: "{{ lookup('file', '${join(fleet.folder, "notify.key")}') }}" }]\n`,
    );
    expect((await apply("house.yaml")).code).toBe(0);
    expect(got.map(({ document }) => document.moment)).toEqual(["start", "end"]);
    for (const { headers, body } of got) {
      const timestamp = String(headers["x-runbook-timestamp"]);
      const hmac = createHmac("sha256", "house").update(`${timestamp}.${body}`);
      expect(headers["x-runbook-signature"]).toBe(`v1=${hmac.digest("hex")}`);
    }
  });

  test("is judged before anything connects, with its place", async () => {
    fleet.file("quiet.yaml", QUIET);
    fleet.file("wrong-house.yaml", "notify:\n  - { webhok: https://example.net/x }\n");
    const wrong = await apply("wrong-house.yaml");
    expect(wrong.code).toBe(16);
    expect(wrong.err).toContain("wrong-house.yaml:2");
    expect(wrong.err).toContain('Did you mean "webhook"?');
    fleet.file("list.yaml", "- x\n");
    expect((await apply("list.yaml")).err).toContain("this is not a mapping with `notify:`");
    const missing = await apply("nowhere.yaml");
    expect(missing.code).toBe(16);
    expect(missing.err).toContain("nowhere.yaml cannot be read");
  });
});
