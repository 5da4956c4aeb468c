/** `runs export` and `runs import`: a run goes from one state folder to another, and is gone on with in one of them. */
import { open, readFile } from "node:fs/promises";
import type { Wrapping } from "../../journal/hand-over.ts";
import { packRun, unpackRun, wrappingOf } from "../../journal/hand-over.ts";
import { errorText } from "../../lib/error-words.ts";
import type { RunId } from "../../model/ids.ts";
import { runId } from "../../model/ids.ts";
import { noSuchRun } from "../../journal/store.ts";
import { EXIT } from "../exit-codes.ts";
import { openStore } from "../new-run.ts";
import type { HandOverOptions } from "../options.ts";
import { operatorName } from "../operator-name.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import { askHidden } from "../terminal.ts";

export async function exportRun(
  name: string,
  path: string,
  options: HandOverOptions,
  terminal: Terminal,
): Promise<number> {
  const store = openStore(options);
  const run = runId(name);
  if ((await store.read(run)) === undefined) {
    terminal.problems([noSuchRun(name)]);
    return EXIT.usage;
  }
  const claim = await store.claim(run);
  if (claim.kind === "held") {
    terminal.err(`Run ${run} is being worked on by another process: ${claim.by}\n`);
    return EXIT.locked;
  }
  try {
    // Read under the claim: nobody writes it now.
    const read = await store.read(run);
    if (!read?.key || read.problems.length > 0) {
      terminal.problems(read?.problems ?? []);
      return EXIT.needsOperator;
    }
    const elsewhere = await store.handedOver(run);
    if (elsewhere !== undefined) {
      terminal.err(`Run ${run} was handed over before: ${elsewhere}.\n`);
      return EXIT.locked;
    }
    const byKey = options.stateKeyFile !== undefined && options.passphraseFile === undefined;
    const wrapping = await wrappingFor(byKey ? "state-key" : "passphrase", options, terminal);
    if (typeof wrapping === "number") return wrapping;
    const said = { at: new Date(systemClock.now()).toISOString(), who: operatorName() };
    // A torn last line says nothing, and stays here.
    const journal = (await store.bytes(run)).subarray(0, read.end.bytes);
    const packed = packRun({ run, key: read.key, journal }, wrapping, said);
    const failed = await writeNew(path, packed);
    if (failed !== undefined) {
      terminal.err(`${path} cannot be written: ${failed}. Nothing was handed over.\n`);
      return EXIT.usage;
    }
    await store.handOver(run, `at ${said.at} by ${said.who} as ${path}`);
    terminal.out(
      `Run ${run} is in ${path}. Where it goes on: runbook runs import ${path}. Here it is only shown from now on.\n`,
    );
    return EXIT.done;
  } finally {
    await claim.release();
  }
}

export async function importRun(
  path: string,
  options: HandOverOptions,
  terminal: Terminal,
): Promise<number> {
  const store = openStore(options);
  let file: Buffer;
  try {
    file = await readFile(path);
  } catch (error) {
    terminal.err(`${path} cannot be read: ${errorText(error)}\n`);
    return EXIT.usage;
  }
  const kind = wrappingOf(file);
  if (kind === undefined) {
    terminal.err(
      `${path} is not imported: it is no run that was exported, or its first line is damaged.\n`,
    );
    return EXIT.refused;
  }
  const wrapping = await wrappingFor(kind, options, terminal);
  if (typeof wrapping === "number") return wrapping;
  const unpacked = unpackRun(path, file, wrapping);
  if (unpacked.value === undefined) {
    terminal.problems(unpacked.problems);
    return EXIT.refused;
  }
  const { run } = unpacked.value;
  const claim = await store.claim(run);
  if (claim.kind === "held") {
    terminal.err(`Run ${run} is being worked on by another process: ${claim.by}\n`);
    return EXIT.locked;
  }
  try {
    if ((await store.adopt(unpacked.value)) === "here") {
      terminal.err(`Run ${run} is here already, and stays as it is. Nothing was done.\n`);
      return EXIT.refused;
    }
    terminal.out(`${waysOn(run)}\n`);
    return EXIT.done;
  } finally {
    await claim.release();
  }
}

function waysOn(run: RunId): string {
  return `Run ${run} is here. Look: runbook show ${run}. Go on: runbook resume ${run}. Go back: runbook rollback ${run}.`;
}

async function wrappingFor(
  kind: Wrapping["kind"],
  options: HandOverOptions,
  terminal: Terminal,
): Promise<Wrapping | number> {
  if (kind === "state-key") {
    const key = await openStore(options).stateKey("find");
    if (key) return { kind, key };
    terminal.err(
      "Its key is wrapped by a state key that is not here: --state-key-file names it.\n",
    );
    return EXIT.refused;
  }
  const passphrase = await passphraseOf(options, terminal);
  return typeof passphrase === "number" ? passphrase : { kind, passphrase };
}

async function passphraseOf(
  { passphraseFile }: HandOverOptions,
  terminal: Terminal,
): Promise<string | number> {
  if (passphraseFile !== undefined) {
    try {
      const text = (await readFile(passphraseFile, "utf8")).replace(/\r?\n$/, "");
      if (text !== "") return text;
      terminal.err(`${passphraseFile} is empty.\n`);
    } catch (error) {
      terminal.err(`${passphraseFile} cannot be read: ${errorText(error)}\n`);
    }
    return EXIT.usage;
  }
  const typed = await askHidden("Passphrase for the run's key: ");
  if (typed !== undefined && typed !== "") return typed;
  terminal.err(
    "The run's key needs a passphrase: --passphrase-file, or --state-key-file with a key that both sides have.\n",
  );
  return EXIT.refused;
}

/** Undefined: it is on disk, whole. */
async function writeNew(path: string, bytes: Buffer): Promise<string | undefined> {
  try {
    const file = await open(path, "wx", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}
