/** What `plan`, `apply` and `status` have in common: everything read and checked, nothing connected. */
import { createRedactor } from "../lib/redact.ts";
import type { Redactor } from "../lib/redact.ts";
import { JournalStore, newRunId, stateFolder } from "../journal/store.ts";
import type { Outcome } from "../model/diagnostic.ts";
import { hasErrors } from "../model/diagnostic.ts";
import type { Playbook } from "../model/playbook.ts";
import type { Renderer } from "../model/rendering.ts";
import type { RunSpec } from "../model/run-spec.ts";
import type { ConnectionSource } from "./connection.ts";
import { connectionProblems } from "./connection.ts";
import { earlierDurations } from "./expected.ts";
import { EXIT } from "./exit-codes.ts";
import type { FilesSeen } from "./files-seen.ts";
import { houseNotices } from "./house-notices.ts";
import type { OpenNotice } from "./notifier.ts";
import { openNotices } from "./notifier.ts";
import type { RunOptions, StateOptions } from "./options.ts";
import { createRenderer } from "./renderer.ts";
import { loginSecrets } from "./secrets.ts";
import { readSettings } from "./settings.ts";
import type { ReadPlaybook } from "./sources.ts";
import { readInventory, readPlaybook } from "./sources.ts";
import { makeSpec } from "./spec.ts";
import { withSettings } from "./with-settings.ts";
import { systemClock } from "./system-clock.ts";
import type { Terminal } from "./terminal.ts";

export interface NewRun {
  readonly spec: RunSpec;
  readonly playbook: Playbook;
  readonly renderer: Renderer;
  readonly redactor: Redactor;
  readonly connections: ConnectionSource;
  readonly notices: readonly OpenNotice[];
  /** What a plan file masks by: everything but passwords of logins. */
  readonly masked: readonly string[];
  readonly seen?: FilesSeen;
}

export interface Reading {
  /** What the playbook is called, where that is another name than it is read by. */
  readonly file?: string;
  /** Told of every file that is read. */
  readonly seen?: FilesSeen;
}

/** A number is the exit code of what was said. */
export async function readNewRun(
  file: string,
  given: RunOptions,
  terminal: Terminal,
  reading: Reading = {},
): Promise<NewRun | number> {
  return prepareNewRun(await readPlaybook(file, reading.file), given, terminal, reading);
}

/** The same with a playbook that is at hand already. */
export async function prepareNewRun(
  playbook: Outcome<ReadPlaybook>,
  given: RunOptions,
  terminal: Terminal,
  { seen }: Reading = {},
): Promise<NewRun | number> {
  const settings = readSettings(process.env, process.cwd());
  const options = withSettings(given, settings);
  const redactor = createRedactor();
  terminal.mask = (text) => redactor.mask(text);
  const inventory = await readInventory(options, playbook.value?.folder, redactor);
  // Before those of logins, which no journal keeps.
  const secrets = redactor.secrets();
  const login = await loginSecrets(options, settings, redactor);
  const read = [...playbook.problems, ...inventory.problems, ...login.problems];
  if (playbook.value === undefined || inventory.value === undefined || login.value === undefined) {
    terminal.problems(read);
    const missing = read.some(
      (p) => p.code === "cli/no-inventory" || p.code === "inventory/missing",
    );
    return missing && !hasErrors(playbook.problems) ? EXIT.noHosts : EXIT.invalid;
  }
  const scopes = new Map<string, RunSpec["fleetScope"]>();
  const renderer = createRenderer({
    vault: inventory.value.vault,
    redactor,
    folders: [playbook.value.folder],
    hosts: inventory.value.inventory.hosts.map((host) => host.name),
    scopeOf: (host) => scopes.get(host) ?? inventory.value?.inventory.layers(host as never),
    ...(seen && { seen }),
  });
  const run = newRunId(systemClock);
  const timed = options.window !== undefined || playbook.value.playbook.rollout.window;
  const earlier = timed && (await earlierDurations(openStore(options), playbook.value.sha256));
  const made = await makeSpec({
    run,
    playbook: playbook.value,
    inventory: inventory.value,
    options,
    renderer,
    redactor,
    secrets,
    ...(earlier && { earlier }),
  });
  terminal.problems([...read, ...made.problems]);
  if (made.value === undefined) {
    return made.problems.some((p) => p.code === "inventory/no-hosts") ? EXIT.noHosts : EXIT.invalid;
  }
  const house = await houseNotices(settings);
  terminal.problems(house.problems);
  if (house.value === undefined) return EXIT.invalid;
  const wanted = [...playbook.value.playbook.notify, ...house.value];
  const told = openNotices(wanted, made.value, renderer, redactor);
  terminal.problems(told.problems);
  if (told.value === undefined) return EXIT.invalid;
  // What they are signed with is not shown by a report of this run either.
  const spec = withSecrets(made.value, told.value);
  for (const [host, scope] of Object.entries(spec.scopes)) scopes.set(host, scope);
  const connections: ConnectionSource = {
    scopes: spec.scopes,
    fallback: spec.fleetScope,
    renderer,
    options: spec.connection,
    secrets: login.value,
    redactor,
  };
  const unusable = await connectionProblems(connections, spec.fleet);
  terminal.problems(unusable);
  if (hasErrors(unusable)) return EXIT.invalid;
  const notices = told.value;
  const logins = Object.values(login.value).map((one) => Buffer.from(one.reveal()).toString());
  const masked = redactor.secrets().filter((text) => !logins.includes(text));
  return {
    spec,
    playbook: playbook.value.playbook,
    renderer,
    redactor,
    connections,
    notices,
    masked,
    ...(seen && { seen }),
  };
}

function withSecrets(spec: RunSpec, notices: readonly OpenNotice[]): RunSpec {
  const more = notices.flatMap(({ to }) =>
    to.kind === "webhook" ? [to.address, ...(to.secret === undefined ? [] : [to.secret])] : [],
  );
  return more.length === 0 ? spec : { ...spec, secrets: [...(spec.secrets ?? []), ...more] };
}

export function openStore(options: StateOptions): JournalStore {
  return new JournalStore(stateFolder(options.stateDir, process.env), options.stateKeyFile);
}
