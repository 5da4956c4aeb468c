/**
 * What the engine itself costs: hosts in memory that answer at once (the scripted transport), one changing task after
 * the other, the journal in memory and on disk; and the fold that a resume begins with.
 */
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { least, median, table } from "./lib/figures.mjs";

const SIZES = [
  { hosts: 100, tasks: 20, mode: "window" },
  { hosts: 1_000, tasks: 20, mode: "window" },
  { hosts: 1_000, tasks: 20, mode: "serial" },
];

export async function measureEngine({ builds, rounds: count, say }) {
  say(
    `\nengine on hosts in memory, ${count} rounds: microseconds per host-task (check, intent, apply, settle)`,
  );
  const rows = [["", "journal", "hosts x tasks", "min", "median", "to 1st", "heap"]];
  for (const { name, main } of builds) {
    for (const journal of ["memory", "file"]) {
      for (const size of SIZES) {
        const runs = [];
        for (let round = 0; round < count; round++) {
          runs.push(await inChild({ work: "apply", main, journal, ...size }));
        }
        const each = runs.map((run) => (run.ms * 1_000) / (size.hosts * size.tasks));
        rows.push([
          name,
          journal,
          `${size.hosts} x ${size.tasks} ${size.mode}`,
          `${least(each).toFixed(0)} µs`,
          `${median(each).toFixed(0)} µs`,
          `${least(runs.map((run) => run.startMs)).toFixed(0)} ms`,
          `${median(runs.map((run) => run.heapMib)).toFixed(0)} MiB`,
        ]);
      }
    }
  }
  say(table(rows));
  say("\nfold of 100 000 journal entries (what resume, show and rollback begin with)");
  const folds = [["", "read and verify", "fold", "heap"]];
  for (const { name, main } of builds) {
    const runs = [];
    for (let round = 0; round < count; round++) runs.push(await inChild({ work: "fold", main }));
    folds.push([
      name,
      `${least(runs.map((run) => run.readMs)).toFixed(0)} ms`,
      `${least(runs.map((run) => run.foldMs)).toFixed(0)} ms`,
      `${median(runs.map((run) => run.heapMib)).toFixed(0)} MiB`,
    ]);
  }
  say(table(folds));
  say("\na journal of 1 000 000 entries, read line by line and folded (one round)");
  const large = [["", "", "read and verify", "fold", "processor time", "most memory"]];
  for (const { name, main } of builds) {
    const { rounds: each = [] } = await inChild({ work: "fold a million", main });
    for (const run of each) {
      large.push([
        name,
        run.seals === "now" ? "to act: every seal opened" : "to look: seals left",
        `${(run.readMs / 1_000).toFixed(1)} s`,
        `${(run.foldMs / 1_000).toFixed(1)} s`,
        `${(run.processorMs / 1_000).toFixed(1)} s`,
        `${run.residentMib.toFixed(0)} MiB`,
      ]);
    }
  }
  say(table(large));
}

/** Each round is a process of its own: nothing is warm that would not be in a real run. */
function inChild(order) {
  const child = fork(import.meta.filename, ["--child", JSON.stringify(order)], {
    execArgv: ["--expose-gc"],
  });
  return new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`the engine's bench ended with status ${code}`)));
  });
}

async function child({ work, main, ...order }) {
  const dist = pathToFileURL(`${dirname(dirname(main))}/`).href;
  const load = (path) => import(new URL(path, dist).href);
  if (work === "apply") process.send(await apply(load, order));
  else if (work === "fold") process.send(await foldMany(load));
  else if (work === "fold a million") await foldMillion(load, main);
  else process.send(await foldEach(load, order));
}

const RUN = "RUN-bench";

async function apply(load, { journal: kind, hosts: hostCount, tasks: taskCount, mode }) {
  const [
    begin,
    execution,
    folding,
    programs,
    renderers,
    playbooks,
    validation,
    redaction,
    scripted,
    stores,
    clocks,
    step,
  ] = await Promise.all(
    [
      "engine/begin.js",
      "engine/execute.js",
      "engine/fold.js",
      "engine/program.js",
      "cli/renderer.js",
      "playbook/load.js",
      "playbook/validate.js",
      "lib/redact.js",
      "transport/scripted.js",
      "journal/store.js",
      "cli/system-clock.js",
      "model/step.js",
    ].map(load),
  );
  const steps = new Map([["touch", touchStep(step.defineChanging)]]);
  const text = playbookText(taskCount, mode);
  const { playbook, problems } = playbooks.loadPlaybook(text, "bench.yaml", steps);
  if (playbook === undefined) throw new Error(JSON.stringify(problems));
  const hosts = Array.from({ length: hostCount }, (_, index) => `host${index}`);
  const spec = specOf(playbook, text, hosts);
  const state = folding.started(spec);
  const folder = mkdtempSync(join(tmpdir(), "runbook-bench-journal-"));
  const store = new stores.JournalStore(folder);
  const journal =
    kind === "file"
      ? await store.create(RUN, clocks.systemClock)
      : memoryJournal(clocks.systemClock);
  const world = new scripted.ScriptedHosts({
    answer: ({ text: command }) =>
      command.includes("/lock") && command.includes("printf") ? { stdout: "taken fenced\n" } : {},
  });
  const running = {
    program: programs.buildProgram({ spec, playbook }),
    state,
    transport: world.transport(),
    steps,
    readOnlySteps: new Map(),
    renderer: renderers.createRenderer({
      vault: { decrypt: () => ({ problems: [] }) },
      redactor: redaction.createRedactor(),
      folders: [],
      hosts: [],
      scopeOf: () => undefined,
    }),
    dns: { soa: async () => [] },
    files: {},
    clock: clocks.systemClock,
    signal: new AbortController().signal,
    factsOf: new Map(),
    checkParams: validation.validateParams,
    gatherFacts: async () => ({}),
    emit: () => undefined,
    append: async (entry) => {
      const line = await journal.append(entry);
      if (entry.type !== "run-started") folding.applyLine(state, line);
    },
  };
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  const began = performance.now();
  await running.append({
    type: "run-started",
    format: 2,
    run: RUN,
    version: "0",
    playbook: playbook.name,
    who: "bench",
    hosts,
    spec,
  });
  const beginning = await begin.lookBeforeChanging(running, { lock: "take" });
  if (beginning.kind !== "looked" || beginning.plan.refusals.length > 0)
    throw new Error("the bench was refused");
  const planned = performance.now();
  await running.append({ type: "planned", pins: beginning.plan.pins });
  const end = await execution.execute(running, { level: 0, raised: () => new Promise(() => {}) });
  const done = performance.now();
  if (end.kind !== "succeeded") throw new Error(`the bench ended ${JSON.stringify(end)}`);
  globalThis.gc();
  const heapMib = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  await journal[Symbol.asyncDispose]?.();
  rmSync(folder, { recursive: true, force: true });
  return { ms: done - planned, startMs: planned - began, heapMib };
}

async function foldMany(load) {
  const [folding, stores, clocks] = await Promise.all(
    ["engine/fold.js", "journal/store.js", "cli/system-clock.js"].map(load),
  );
  const folder = mkdtempSync(join(tmpdir(), "runbook-bench-journal-"));
  const store = new stores.JournalStore(folder);
  await writeJournal(store, clocks.systemClock, 50);
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  const began = performance.now();
  const read = await store.read(RUN);
  const midway = performance.now();
  const state = folding.fold(read.lines);
  const done = performance.now();
  globalThis.gc();
  const heapMib = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  if (state.lanes.get("host9").tasks.size !== 50) throw new Error("the fold lost something");
  rmSync(folder, { recursive: true, force: true });
  return { readMs: midway - began, foldMs: done - midway, heapMib };
}

/** Two entries for each task on each of 1,000 hosts. */
async function writeJournal(store, clock, tasks) {
  const hosts = Array.from({ length: 1_000 }, (_, index) => `host${index}`);
  const journal = await store.create(RUN, clock);
  const spec = { hosts, fleet: hosts, batches: [hosts], inputs: {}, scopes: {}, decisions: [] };
  const writes = [
    journal.append({
      type: "run-started",
      format: 2,
      run: RUN,
      version: "0",
      who: "",
      hosts,
      spec,
    }),
  ];
  for (let task = 0; task < tasks; task++) {
    for (const host of hosts) {
      const of = { task: `task-${task}`, host, on: host };
      const undo = { kind: "reversible", record: { before: "some bytes of a file" } };
      const registered = { changed: true, rc: 0, stdout: "said" };
      writes.push(
        journal.append({ type: "intended", of, step: "touch", attempt: 1, changes: [], undo }),
        journal.append({
          type: "settled",
          of,
          step: "touch",
          outcome: "applied",
          durationMs: 1,
          registered,
        }),
      );
    }
    await Promise.all(writes.splice(0));
  }
  await journal[Symbol.asyncDispose]();
}

/** Written here and read by a process of its own, whose memory is that of the reading. */
async function foldMillion(load, main) {
  const [stores, clocks] = await Promise.all(["journal/store.js", "cli/system-clock.js"].map(load));
  const folder = mkdtempSync(join(tmpdir(), "runbook-bench-journal-"));
  const store = new stores.JournalStore(folder);
  try {
    if (store.readEach === undefined) process.send({});
    else {
      await writeJournal(store, clocks.systemClock, 500);
      const rounds = [];
      for (const seals of ["later", "now"])
        rounds.push(await inChild({ work: "fold each", main, folder, seals }));
      process.send({ rounds });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function foldEach(load, { folder, seals }) {
  const [folding, stores] = await Promise.all(["engine/fold.js", "journal/store.js"].map(load));
  const store = new stores.JournalStore(folder);
  let [state, foldMs] = [undefined, 0];
  const began = performance.now();
  const idle = process.cpuUsage();
  const lines = [];
  const foldNow = () => {
    const at = performance.now();
    for (const line of lines.splice(0)) state = folding.applyLine(state, line);
    foldMs += performance.now() - at;
  };
  const each = (line) => {
    if (lines.push(line) === 1_000) foldNow();
  };
  await store.readEach(RUN, each, seals);
  foldNow();
  const readMs = performance.now() - began - foldMs;
  const { user, system } = process.cpuUsage(idle);
  if (state.lanes.get("host9").tasks.size !== 500) throw new Error("the fold lost something");
  const residentMib = process.resourceUsage().maxRSS / 1_024;
  return { seals, readMs, foldMs, processorMs: (user + system) / 1_000, residentMib };
}

function memoryJournal(clock) {
  let seq = 0;
  return { append: async (entry) => ({ seq: ++seq, at: clock.now(), entry }) };
}

/** Looks once and changes once, with a record: the least that a step which can be undone does. */
function touchStep(defineChanging) {
  const asked = (text) => ({ pieces: [{ kind: "raw", text }] });
  return defineChanging({
    name: "touch",
    summary: "touches",
    description: "Touches.",
    params: { path: { type: "string", description: "what", required: true } },
    examples: [{ title: "one", yaml: "touch: { path: /x }" }],
    where: "host",
    idempotent: true,
    cancel: "safe",
    reads: ({ path }) => [`file:${path}`],
    touches: ({ path }) => [`file:${path}`],
    async check(host, { path }) {
      await host.read(asked(`look ${path}`));
      return {
        kind: "pending",
        changes: [{ what: path, before: null, after: "there" }],
        undo: { kind: "reversible", record: { path } },
      };
    },
    async apply(host, { path }) {
      await host.change(asked(`touch ${path}`));
      return { kind: "done", changed: true, after: null, result: { path } };
    },
    undo: async () => ({ kind: "done" }),
  });
}

/** Every task registers what it said, and sees what all before it said. */
function playbookText(tasks, mode) {
  const lines = Array.from(
    { length: tasks },
    (_, index) =>
      `      - touch: { path: "/srv/{{ inventory_hostname }}/${index}" }\n        register: said${index}\n`,
  );
  return `runbook: 1\nname: Bench\nhosts: all\nrollout:\n  mode: ${mode}\n  forks: 50\nphases:\n  - name: Touch\n    tasks:\n${lines.join("")}`;
}

function specOf(playbook, text, hosts) {
  return {
    run: RUN,
    source: { file: "bench.yaml", text, sha256: "" },
    folders: [],
    inputs: {},
    hosts,
    fleet: hosts,
    mode: playbook.rollout.mode,
    batches: playbook.rollout.mode === "window" ? [hosts] : hosts.map((host) => [host]),
    forks: 50,
    maxFailures: 0,
    onFailure: "stop",
    scopes: Object.fromEntries(
      hosts.map((host) => [
        host,
        [
          { trusted: false, values: { inventory_hostname: host } },
          { trusted: true, values: {} },
        ],
      ]),
    ),
    fleetScope: [{ trusted: true, values: {} }],
    groups: {},
    addresses: {},
    inventory: [],
    connection: {},
    who: "bench",
  };
}

if (process.argv[2] === "--child") await child(JSON.parse(process.argv[3]));
