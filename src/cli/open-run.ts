/** A run from its journal: read, checked, claimed for writing, and made ready to go on. */
import { createRedactor } from "../lib/redact.ts";
import type { Redactor } from "../lib/redact.ts";
import type { JournalFile } from "../journal/file.ts";
import type { Each, ReadEnd, SealCheck } from "../journal/read.ts";
import type { JournalStore } from "../journal/store.ts";
import { noSuchRun } from "../journal/store.ts";
import { hasErrors } from "../model/diagnostic.ts";
import type { HostId, RunId } from "../model/ids.ts";
import { runId } from "../model/ids.ts";
import type { JournalLine } from "../model/journal-entry.ts";
import type { Playbook } from "../model/playbook.ts";
import type { Renderer } from "../model/rendering.ts";
import type { RunState } from "../model/run-state.ts";
import type { Scope } from "../model/value.ts";
import { loadPlaybook } from "../playbook/load.ts";
import { steps } from "../steps/index.ts";
import { vaultReader } from "../vault/vault.ts";
import type { ConnectionSource } from "./connection.ts";
import { connectionProblems } from "./connection.ts";
import { EXIT } from "./exit-codes.ts";
import { foldRun } from "./fold-run.ts";
import { openStore } from "./new-run.ts";
import type { ResumeOptions, StateOptions } from "./options.ts";
import { houseNotices } from "./house-notices.ts";
import type { OpenNotice } from "./notifier.ts";
import { openNotices } from "./notifier.ts";
import { openOptions } from "./open-options.ts";
import { movedOn } from "./moved-on.ts";
import { createRenderer } from "./renderer.ts";
import { loginSecrets, vaultSecrets } from "./secrets.ts";
import { readInventory } from "./sources.ts";
import { systemClock } from "./system-clock.ts";
import { readSettings } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

export interface ReadRun {
  readonly store: JournalStore;
  readonly run: RunId;
  readonly journal: ReadEnd;
  readonly state: RunState;
  readonly playbook: Playbook;
}

/** With all that was written so far. */
export interface SeenRun extends ReadRun {
  readonly lines: readonly JournalLine[];
}

/** Only to look. Without a name, the newest run. A number is the exit code of what was said. */
export async function readRun(
  name: string | undefined,
  options: StateOptions,
  terminal: Terminal,
): Promise<SeenRun | number> {
  const lines: JournalLine[] = [];
  const wanted = name === undefined ? "newest" : runId(name);
  const read = await readIn(openStore(options), wanted, terminal, "later", (line) => {
    lines.push(line);
  });
  return typeof read === "number" ? read : { ...read, lines };
}

/** The newest run that is wanted, else the newest: a run that was refused must not hide the one before it. */
async function newestRun(
  store: JournalStore,
  wanted: (state: RunState) => boolean,
): Promise<RunId | "newest"> {
  for (const run of (await store.runs()).toReversed()) {
    const journal = await foldRun(store, run);
    if (journal?.state && !hasErrors(journal.problems) && wanted(journal.state)) return run;
  }
  return "newest";
}

async function readIn(
  store: JournalStore,
  name: RunId | "newest",
  terminal: Terminal,
  seals: SealCheck,
  each?: Each,
): Promise<ReadRun | number> {
  const run = name === "newest" ? (await store.runs()).at(-1) : name;
  if (run === undefined) {
    terminal.err("There is no run here yet.\n");
    return EXIT.usage;
  }
  const journal = await foldRun(store, run, seals, each);
  if (!journal) {
    terminal.problems([noSuchRun(run)]);
    return EXIT.usage;
  }
  if (hasErrors(journal.problems)) {
    terminal.problems(journal.problems);
    return EXIT.needsOperator;
  }
  const { state } = journal;
  if (!state) {
    terminal.err(`Run ${run} was killed before its journal had a first line; nothing was done.\n`);
    return EXIT.usage;
  }
  const { text, file } = state.spec.source;
  const loaded = loadPlaybook(text, file, steps);
  if (!loaded.playbook) {
    terminal.problems(loaded.problems);
    return EXIT.invalid;
  }
  return { store, run, journal, state, playbook: loaded.playbook };
}

export interface OpenRun extends ReadRun, AsyncDisposable {
  readonly writer: JournalFile;
  readonly renderer: Renderer;
  readonly redactor: Redactor;
  readonly connections: ConnectionSource;
  readonly notices: readonly OpenNotice[];
  /** As the inventory has them today; undefined where it cannot be read. */
  readonly hostsToday: readonly HostId[] | undefined;
}

/** To go on with: nobody else writes this journal while it is open. Without a name, the newest run that is wanted. */
export async function openRun(
  name: string | undefined,
  wanted: (state: RunState) => boolean,
  options: ResumeOptions,
  terminal: Terminal,
): Promise<OpenRun | number> {
  const store = openStore(options);
  const meant = name === undefined ? await newestRun(store, wanted) : runId(name);
  const first = await readIn(store, meant, terminal, "later");
  if (typeof first === "number") return first;
  const claim = await first.store.claim(first.run);
  if (claim.kind === "held") {
    terminal.err(`Run ${first.run} is being worked on by another process: ${claim.by}\n`);
    return EXIT.locked;
  }
  const elsewhere = await first.store.handedOver(first.run);
  if (elsewhere !== undefined) {
    await claim.release();
    terminal.err(
      `Run ${first.run} was handed over: ${elsewhere}. Go on with it there, or take it back: runbook runs import FILE\n`,
    );
    return EXIT.locked;
  }
  // Read again under the claim: it may have grown since. Nothing is done from it before every seal was checked.
  const read = await readIn(store, first.run, terminal, "now");
  if (typeof read === "number") {
    await claim.release();
    return read;
  }
  const redactor = createRedactor();
  terminal.mask = (text) => redactor.mask(text);
  const made = await connectionParts(read, options, redactor, terminal);
  const { key } = read.journal;
  if (typeof made === "number" || key === undefined) {
    await claim.release();
    return typeof made === "number" ? made : EXIT.needsOperator;
  }
  const writer = await read.store.reopen(read.run, systemClock, { ...read.journal, key });
  return {
    ...read,
    ...made,
    notices: await noticesOf(read, made.renderer, redactor, terminal),
    redactor,
    writer,
    async [Symbol.asyncDispose]() {
      await writer[Symbol.asyncDispose]();
      await claim.release();
    },
  };
}

/** A run that goes on is more important than who is told of it. */
async function noticesOf(
  { playbook, state }: ReadRun,
  renderer: Renderer,
  redactor: Redactor,
  terminal: Terminal,
): Promise<readonly OpenNotice[]> {
  const house = await houseNotices(readSettings(process.env, process.cwd()));
  const wanted = [...playbook.notify, ...(house.value ?? [])];
  const opened = openNotices(wanted, state.spec, renderer, redactor);
  terminal.problems(
    [...house.problems, ...opened.problems].map((one) => ({ ...one, severity: "warning" })),
  );
  return opened.value ?? [];
}

/**
 * Connection variables are read anew where the inventory still is; hosts and everything else come from the journal. An
 * inventory that cannot be read is a warning: the journal has what was used.
 */
async function connectionParts(
  { state, playbook }: ReadRun,
  options: ResumeOptions,
  redactor: Redactor,
  terminal: Terminal,
): Promise<Pick<OpenRun, "renderer" | "connections" | "hostsToday"> | number> {
  const { spec } = state;
  const settings = readSettings(process.env, process.cwd());
  const login = await loginSecrets({ ...spec.connection, ...options }, settings, redactor);
  if (login.value === undefined) {
    terminal.problems(login.problems);
    return EXIT.invalid;
  }
  const sources = options.inventory.length > 0 ? options.inventory : spec.inventory;
  const fresh = await readInventory({ ...options, inventory: sources }, spec.folders[0], redactor);
  if (fresh.value === undefined && options.inventory.length > 0) {
    terminal.problems(fresh.problems);
    return EXIT.invalid;
  }
  if (fresh.value === undefined) {
    const why = fresh.problems[0]?.summary ?? "it cannot be read";
    terminal.err(`Connecting as the journal has it; the inventory was not read anew: ${why}.\n`);
  }
  terminal.problems(await movedOn(spec, playbook, fresh.value?.inventory));
  const secrets = await vaultSecrets(options, settings);
  const scopes: Record<string, Scope> = { ...spec.scopes };
  for (const host of fresh.value?.inventory.hosts ?? []) {
    if (!Object.hasOwn(scopes, host.name)) continue;
    // What the journal kept stays beneath: a password that was opened then is not asked for again.
    scopes[host.name] = [
      ...(spec.scopes[host.name] ?? []),
      ...(fresh.value?.inventory.layers(host.name) ?? []),
    ];
  }
  const renderer = createRenderer({
    vault: fresh.value?.vault ?? vaultReader(secrets.value ?? []),
    redactor,
    folders: spec.folders,
    hosts: spec.fleet,
    scopeOf: (host) => spec.scopes[host],
  });
  const connections: ConnectionSource = {
    scopes,
    fallback: spec.fleetScope,
    renderer,
    options: { ...spec.connection, ...openOptions(options) },
    secrets: login.value,
    redactor,
  };
  // What ssh has to say of them is asked here, side by side; a host that has a problem says it when it is connected to.
  await connectionProblems(connections, spec.hosts);
  const hostsToday = fresh.value?.inventory.hosts.map(({ name }) => name);
  return { renderer, connections, hostsToday };
}
