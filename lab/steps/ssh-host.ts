import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { renderCommand, type Command } from "../../src/model/command.ts";
import { hostId, runId } from "../../src/model/ids.ts";
import type { StepTools } from "../../src/model/step.ts";
import type { CommandResult, HostSession, JobStanding } from "../../src/model/transport.ts";

const LAB = process.env["LAB"] ?? "/var/tmp/runbook-lab";
const VERB = new URL("../lab", import.meta.url).pathname;

/**
 * A host of the lab as steps see it, as root over the real sshd: one `sh` per command, jobs without their folder. These
 * proofs are about what steps do to a host; the transport has its own.
 */
export function labHost(name: string): HostSession {
  const run = (command: Command) => overSsh(name, command);
  return {
    id: hostId(name),
    read: run,
    change: run,
    job: run,
    standing: async (): Promise<JobStanding> => ({ kind: "absent" }),
    jobs: async () => [],
    forgetJobs: async () => undefined,
    dial: async () => ({ kind: "refused", reason: "these proofs do not dial" }),
  };
}

/** Runs shell text as root on a host and returns what it printed, without the last newline. */
export async function onHost(name: string, text: string): Promise<string> {
  const ended = await overSsh(name, { pieces: [{ kind: "raw", text }] });
  if (ended.kind !== "exited") throw new Error(`${name} did not answer: ${ended.kind}`);
  return new TextDecoder().decode(ended.stdout).replace(/\n$/, "");
}

/** The lab's package repository over HTTP, as a site has it: what is not fetched in time is out of reach once it is closed. */
export async function repositoryOverHttp(): Promise<{ url: string; close(): Promise<void> }> {
  const settings = readFileSync(`${LAB}/settings`, "utf8");
  const address = `${/^LAB_NET=(.*)$/m.exec(settings)?.[1] ?? "10.88.0"}.1`;
  const root = `${process.env["LAB_CACHE"] ?? "/var/tmp/runbook-lab-cache"}/repo`;
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "/");
    readFile(`${root}${path}`).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const listening = server.address();
  const port = typeof listening === "object" && listening !== null ? listening.port : 0;
  return {
    url: `http://${address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Says something to the lab itself: `lab("fault", "power-cycle", "ns1")`. */
export function lab(...words: readonly string[]): void {
  const ended = spawnSync("bash", [VERB, ...words], { encoding: "utf8", env: process.env });
  if (ended.status !== 0) throw new Error(`lab ${words.join(" ")}: ${ended.stderr}`);
}

/** What the engine would hand to a step; everything that these steps do not use throws. */
export function labTools(more: Partial<StepTools> = {}): StepTools {
  const unused = (): never => {
    throw new Error("not part of this proof");
  };
  return {
    clock: {
      now: () => Date.now(),
      ticks: () => Math.floor(performance.now()),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    },
    dns: new Proxy({}, { get: unused }) as StepTools["dns"],
    files: { read: unused, replace: unused, resolve: unused },
    signal: new AbortController().signal,
    address: "lab",
    pins: undefined,
    timeoutMs: 300_000,
    run: runId("20261122-lab"),
    render: unused,
    evaluate: unused,
    facts: unused,
    earlier: () => undefined,
    say: () => undefined,
    ...more,
  };
}

function overSsh(name: string, command: Command): Promise<CommandResult> {
  const started = Date.now();
  const script = command.stdin === undefined ? "sudo sh -s" : undefined;
  if (script === undefined) throw new Error("these steps send no standard input");
  return new Promise((resolve, reject) => {
    const child = spawn("ssh", ["-F", `${LAB}/ssh/config`, name, script]);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.stdin.on("error", () => undefined);
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === null || code === 255) resolve({ kind: "connection-lost", reason: "ssh ended" });
      else {
        const stdout = Buffer.concat(out);
        const stderr = Buffer.concat(err);
        resolve({ kind: "exited", code, stdout, stderr, durationMs: Date.now() - started });
      }
    });
    // The script is read whole before it runs, so that no command of it can eat the rest of it.
    child.stdin.end(
      `rb_main() {\nexport LC_ALL=C\n${renderCommand(command)}\n}\nrb_main </dev/null\n`,
    );
  });
}
