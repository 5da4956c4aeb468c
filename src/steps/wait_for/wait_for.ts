import { clockTime } from "../../lib/clock-time.ts";
import { sh } from "../../model/command.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { defineReading, type StepTools } from "../../model/step.ts";
import type { HostReader } from "../../model/transport.ts";
import { badParams } from "../_command/run.ts";
import { ask } from "../ask.ts";
import { ABSOLUTE } from "../_file/params.ts";

interface Params {
  readonly host: string;
  readonly port?: number;
  readonly path?: string;
  readonly state: "started" | "present" | "stopped" | "absent" | "drained";
  readonly search_regex?: string;
  readonly timeout: number;
  readonly delay: number;
  readonly sleep: number;
  readonly connect_timeout: number;
  readonly msg?: string;
}

type Seen = {
  readonly changed: false;
  readonly state: string;
  readonly elapsed: number;
  readonly held: boolean;
  /** What was found the last time. */
  readonly last: string;
};

/** Whether it is so now, and what was found. */
interface Found {
  readonly held: boolean;
  readonly last: string;
}

export const step = defineReading<Params, Seen>({
  name: "wait_for",
  summary: "Waits until a port answers or a path is there",
  description: `Asks again and again until it is so, or fails when the time is over. Connections are made by the host itself, so 127.0.0.1 is the host's own
loopback. With neither \`port\` nor \`path\` it waits the whole \`timeout\`. A plan does not wait.`,
  where: "host",
  inPlan: "skip",
  params: {
    host: {
      type: "string",
      default: "127.0.0.1",
      minLength: 1,
      description: "The address to connect to, as the host sees it.",
    },
    port: { type: "integer", minimum: 1, maximum: 65535, description: "The TCP port." },
    path: {
      type: "string",
      pattern: ABSOLUTE,
      description: "A path on the host, instead of a port.",
    },
    state: {
      type: "string",
      enum: ["started", "present", "stopped", "absent", "drained"],
      default: "started",
      description:
        "`started` and `present`: open, or there. `stopped` and `absent`: closed, or gone.",
    },
    search_regex: {
      type: "string",
      minLength: 1,
      description:
        "What the file has to hold, or the server to say by itself, as a regular expression.",
    },
    timeout: { type: "number", default: 300, minimum: 0, description: "At most so many seconds." },
    delay: {
      type: "number",
      default: 0,
      minimum: 0,
      description: "Seconds before the first look.",
    },
    sleep: { type: "number", default: 1, minimum: 0, description: "Seconds between two looks." },
    connect_timeout: {
      type: "number",
      default: 5,
      minimum: 0,
      description: "How many seconds a server has to say what is looked for.",
    },
    msg: { type: "string", description: "What to say when the time is over." },
  },
  examples: [
    {
      title: "Until the server listens again",
      yaml: "- wait_for: { port: 53, host: 127.0.0.1, timeout: 60 }\n",
    },
    {
      title: "Until a lock is gone",
      yaml: "- wait_for: { path: /run/upgrade.lock, state: absent }\n",
    },
  ],
  reads: ({ path }) => (path === undefined ? ["*"] : [`file:${path}`]),
  async observe(host, params, tools) {
    const look = lookerFor(host, params);
    const { clock, signal } = tools;
    const began = clock.ticks();
    const elapsed = () => Math.round((clock.ticks() - began) / 1000);
    if (params.delay > 0) await clock.sleep(params.delay * 1000, signal);
    if (look === undefined) {
      await clock.sleep(Math.max(0, params.timeout * 1000 - (clock.ticks() - began)), signal);
      return seen(params, elapsed(), { held: true, last: "waited" });
    }
    const pause = Math.max(params.sleep, 0.05) * 1000;
    for (;;) {
      const found = await look();
      const over = clock.ticks() + pause - began > params.timeout * 1000;
      if (found.held || over || signal.aborted) return seen(params, elapsed(), found);
      say(tools, params, found, clock.ticks() - began);
      await clock.sleep(pause, signal);
    }
  },
  judge: (sightings) =>
    sightings.map(({ params, seen: one }) =>
      one.held ? { kind: "holds" } : { kind: "fails", diagnostic: tooLate(params, one) },
    ),
});

function seen({ state }: Params, elapsed: number, found: Found): Seen {
  return { changed: false, state, elapsed, ...found };
}

function say(tools: StepTools, params: Params, found: Found, tookMs: number): void {
  const until = clockTime(tools.clock.now() + params.timeout * 1000 - tookMs, "seconds");
  tools.say(`waiting for ${wordsFor(params)}, at most until ${until}: ${found.last}`);
}

function lookerFor(host: HostReader, params: Params): (() => Promise<Found>) | undefined {
  const { port, path, state } = params;
  if (state === "drained") {
    throw badParams(
      "wait_for cannot tell whether connections are drained",
      "Ask the service itself, with `command` or `uri` and `read_only: true`, and `wait:`.",
    );
  }
  if (port !== undefined && path !== undefined) {
    throw badParams("wait_for takes `port` or `path`, not both", "Use two tasks.");
  }
  const wanted = state === "started" || state === "present";
  const pattern = patternOf(params);
  if (port !== undefined) return () => dialled(host, { ...params, port }, wanted, pattern);
  if (path !== undefined) return () => looked(host, path, wanted, pattern);
  return undefined;
}

async function looked(
  host: HostReader,
  path: string,
  wanted: boolean,
  pattern: RegExp | undefined,
): Promise<Found> {
  const bytes = pattern === undefined ? sh`` : sh`; [ -d "$p" ] || cat -- "$p"`;
  const { code, out } = await ask(host, sh`( p=${path}; [ -e "$p" ] || exit 3${bytes} )`);
  if (code === 3) return { held: !wanted, last: `${path} is not there` };
  if (!wanted || pattern === undefined) return { held: wanted, last: `${path} is there` };
  const held = pattern.test(out);
  return { held, last: held ? `${path} holds it` : `${path} does not hold it` };
}

async function dialled(
  host: HostReader,
  { host: address, port, connect_timeout }: Params & { readonly port: number },
  wanted: boolean,
  pattern: RegExp | undefined,
): Promise<Found> {
  const answer = await host.dial(address, port);
  if (answer.kind === "refused") return { held: !wanted, last: answer.reason };
  const { stream } = answer;
  // A server that hangs up in the middle says so with an error; what it said until then counts.
  stream.on("error", () => undefined);
  try {
    if (!wanted || pattern === undefined) return { held: wanted, last: "the port is open" };
    const held = await heard(stream, pattern, connect_timeout * 1000);
    return { held, last: held ? "the server said it" : "the server did not say it" };
  } finally {
    stream.destroy();
  }
}

function heard(stream: NodeJS.ReadableStream, pattern: RegExp, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    let said = "";
    const late = setTimeout(() => finish(false), ms);
    const finish = (held: boolean) => {
      clearTimeout(late);
      resolve(held);
    };
    stream.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString("utf8")).slice(-65_536);
      if (pattern.test(said)) finish(true);
    });
    stream.on("end", () => finish(false));
    stream.on("error", () => finish(false));
  });
}

function patternOf({ search_regex }: Params): RegExp | undefined {
  if (search_regex === undefined) return undefined;
  try {
    return new RegExp(search_regex, "m");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw badParams(`"${search_regex}" is not a regular expression: ${why}`, "Correct it.");
  }
}

function wordsFor({ host, port, path, state }: Params): string {
  const what = path ?? (port === undefined ? "the time" : `${host}:${port}`);
  return `${what} to be ${state}`;
}

function tooLate(params: Params, { elapsed, last }: Seen): Diagnostic {
  return {
    code: "step/waited-in-vain",
    severity: "error",
    summary: params.msg ?? `waited ${elapsed} s for ${wordsFor(params)}`,
    detail: [last],
  };
}
