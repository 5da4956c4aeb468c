/** The whole story on an embedded fleet: real engine, real SSH, shipped playbooks, simulated name servers. */
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { didYouMean } from "../../lib/did-you-mean.ts";
import { FAULTS, faultNamed, type Fault } from "../../simulate/faults.ts";
import { startFleet, type Fleet } from "../../simulate/fleet.ts";
import { startRunbook, type ChildEnd, type ChildRun } from "../child-run.ts";
import { EXIT } from "../exit-codes.ts";
import type { DemoOptions } from "../options.ts";
import type { Terminal } from "../terminal.ts";

const PLAYBOOK = join(import.meta.dirname, "..", "..", "..", "playbooks", "schema-upgrade.yaml");
const UPGRADE = ["-e", "target_version=5.1.*"];
const CONSENT = ["--yes", "--accept-irreversible"];
const LONGEST_WAIT_MS = 600_000;

export async function demo(options: DemoOptions, terminal: Terminal): Promise<number> {
  if (options.fault === "list") {
    terminal.out(faultList());
    return EXIT.done;
  }
  const fault = options.fault === undefined ? undefined : faultNamed(options.fault);
  if (options.fault !== undefined && fault === undefined) {
    return unknownFault(options.fault, terminal);
  }
  if (process.platform !== "linux") {
    terminal.err(
      "The embedded fleet was never tried on this system: its shells need GNU tools and setsid.\n",
    );
  }
  await using fleet = await startFleet({ hosts: options.hosts });
  const story = new Story(fleet, terminal);
  story.introduce();
  if (!(await everyoneReady(fleet))) {
    terminal.err("The fleet did not come up. This is a bug in runbook: please report it.\n");
    return EXIT.bug;
  }
  outliveInterrupts(story);
  if (options.keep === true) return await keep(story, options, fault);
  return fault === undefined
    ? await story.tell(options.mode)
    : await story.tellOf(fault, options.mode);
}

class Story {
  readonly fleet: Fleet;
  readonly terminal: Terminal;
  readonly #env: NodeJS.ProcessEnv;
  #run: ChildRun | undefined;

  constructor(fleet: Fleet, terminal: Terminal) {
    this.fleet = fleet;
    this.terminal = terminal;
    // Not among the journals of whoever looks, and without the settings of their own fleet.
    this.#env = { RUNBOOK_STATE_DIR: this.stateFolder, RUNBOOK_INVENTORY: this.fleet.inventory };
  }

  get stateFolder(): string {
    return join(this.fleet.folder, "journals");
  }

  kill(): void {
    this.#run?.kill();
  }

  introduce(): void {
    const { hosts, isolation, folder } = this.fleet;
    const how =
      isolation === "namespace"
        ? "each shell sees its host's folder as /"
        : "this machine has no namespaces for everybody, so paths in commands are redirected instead";
    this.say(
      `${hosts.length} simulated name servers on loopback, in ${folder}: real SSH, real shells (${how})`,
    );
  }

  async tell(mode: DemoOptions["mode"]): Promise<number> {
    const before = this.#variables();
    const upgrade = [PLAYBOOK, ...UPGRADE, ...(mode === undefined ? [] : ["--mode", mode])];
    const planned = await this.runbook("what would happen", ["plan", ...upgrade]);
    if (planned.code !== EXIT.done) return this.#unlike(planned);
    faultNamed("controller-killed")?.inject(this.fleet, this);
    const killed = await this.runbook(
      "the upgrade; while the second server's packages are upgraded, the controller is killed",
      ["apply", ...upgrade, ...CONSENT],
    );
    if (killed.signal !== "SIGKILL") return this.#unlike(killed);
    this.say(
      "killed (SIGKILL). What it did is in its journal; what it began goes on on the server",
    );
    const resumed = await this.runbook("go on where it was", ["resume", "--yes"]);
    if (resumed.code !== EXIT.done) return this.#unlike(resumed);
    this.#showFleet();
    this.terminal.out(this.#variablesSince(before));
    const back = await this.runbook("the way back, from the journal alone", ["rollback", "--yes"]);
    if (back.code !== EXIT.done) return this.#unlike(back);
    this.#showFleet();
    this.terminal.out(this.#variablesSince(before));
    await this.#report();
    this.say(
      "done. To play with it by hand: runbook demo --keep; to break it: runbook demo --fault NAME",
    );
    return EXIT.done;
  }

  async tellOf(fault: Fault, mode: DemoOptions["mode"]): Promise<number> {
    this.say(`the fault: ${fault.summary}`);
    fault.inject(this.fleet, this);
    await breath();
    const run = [
      "apply",
      PLAYBOOK,
      ...UPGRADE,
      ...CONSENT,
      ...(mode === undefined ? [] : ["--mode", mode]),
    ];
    const ended = await this.runbook("the upgrade", run);
    this.#showFleet();
    this.say(
      ended.signal === null
        ? `it ended with exit code ${ended.code} (docs/reference/exit-codes.md)`
        : `it was killed (${ended.signal})`,
    );
    if (ended.signal === null && ended.code !== EXIT.stopped) {
      if (ended.code === EXIT.done) await this.#report();
      return EXIT.done;
    }
    const resumed = await this.runbook("go on where it was", ["resume", "--yes"]);
    this.#showFleet();
    this.say(`it ended with exit code ${resumed.code}`);
    await this.#report();
    return EXIT.done;
  }

  async runbook(what: string, args: readonly string[]): Promise<ChildEnd> {
    this.say(what);
    this.terminal.out(`$ runbook ${args.map(shown).join(" ")}\n`);
    this.#run = startRunbook(args, this.#env);
    return await this.#run.ended;
  }

  say(text: string): void {
    this.terminal.out(`\n${this.terminal.paint.bold(`== ${text}`)}\n`);
  }

  /** Outlives the fleet: it is what stays of a run. */
  async #report(): Promise<void> {
    const file = join(tmpdir(), `runbook-demo-${process.pid}.html`);
    await this.runbook("what happened, for the change ticket", [
      "report",
      "--format",
      "html",
      "-o",
      file,
    ]);
  }

  #unlike({ code, signal }: ChildEnd): number {
    this.terminal.err(`The demo expected another end than ${signal ?? `exit code ${code}`}.\n`);
    return EXIT.hostsFailed;
  }

  #showFleet(): void {
    this.say("the fleet now");
    for (const line of standing(this.fleet)) this.terminal.out(`${line}\n`);
  }

  #variables(): string {
    return readFileSync(join(this.fleet.inventory, "..", "group_vars", "dns_auth.yml"), "utf8");
  }

  #variablesSince(before: string): string {
    const [old, now] = [before.split("\n"), this.#variables().split("\n")];
    const changed = now.flatMap((line, index) =>
      line === old[index] ? [] : [`  - ${old[index]?.trim()}\n  + ${line.trim()}\n`],
    );
    return changed.length === 0
      ? "group_vars/dns_auth.yml: byte for byte as at the beginning\n"
      : `group_vars/dns_auth.yml:\n${changed.join("")}`;
  }
}

async function keep(story: Story, options: DemoOptions, fault: Fault | undefined): Promise<number> {
  const { fleet, terminal } = story;
  if (fault !== undefined) {
    story.say(`the fault: ${fault.summary}`);
    fault.inject(fleet, story);
  }
  story.say("the fleet stays until this is interrupted (^C). In another terminal:");
  const mode = options.mode === undefined ? "" : ` --mode ${options.mode}`;
  terminal.out(`
${alias()}export RUNBOOK_INVENTORY=${fleet.inventory} RUNBOOK_STATE_DIR=${story.stateFolder}
runbook plan ${shown(PLAYBOOK)} -e 'target_version=5.1.*'${mode}
runbook apply ${shown(PLAYBOOK)} -e 'target_version=5.1.*'${mode}
runbook rollback

`);
  for (const { name, address, network } of fleet.hosts.slice(0, 5)) {
    terminal.out(`${name}: dig @${address} -p ${network.portOf(53)} SOA z1.example\n`);
  }
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => undefined, 60_000);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.once(signal, () => {
        clearInterval(timer);
        resolve();
      });
    }
  });
  return EXIT.done;
}

/** Another terminal finds no program that npx, npm or node was told the place of. */
function alias(): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const isKnown = folders.some(
    (folder) => !folder.includes("node_modules") && existsSync(join(folder, "runbook")),
  );
  return isKnown ? "" : `alias runbook=${quoted(`node ${shown(process.argv[1] ?? "runbook")}`)}\n`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A line for each kind of host there is: of 50 that are alike, one line. */
function standing(fleet: Fleet): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const host of fleet.hosts) {
    const { schema, version, prefix } = host.standing();
    const units = `pdns ${host.unit("pdns").state}, lightningstream ${host.unit("lightningstream").state}`;
    const words = `schema ${schema ?? "-"}, pdns ${version ?? "-"}, prefix ${prefix === "" ? "(none)" : prefix}; ${units}`;
    groups.set(words, [...(groups.get(words) ?? []), host.name]);
  }
  return [...groups].map(([words, names]) => `${names.join(", ")}: ${words}`);
}

async function everyoneReady(fleet: Fleet): Promise<boolean> {
  const until = Date.now() + LONGEST_WAIT_MS;
  while (Date.now() < until) {
    const stored = new Set(fleet.bucket.list("").map((name) => name.split("__")[1]));
    if (stored.size >= fleet.hosts.length) return true;
    await breath();
  }
  return false;
}

const breath = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 300);
  });

const shown = (word: string): string => (/^[\w./=,:@+-]+$/.test(word) ? word : `'${word}'`);

function unknownFault(name: string, terminal: Terminal): number {
  const meant = didYouMean(
    name,
    FAULTS.map((fault) => fault.name),
  );
  terminal.err(
    `There is no fault "${name}"${meant === undefined ? "." : `: did you mean "${meant}"?`} These are there:\n${faultList()}`,
  );
  return EXIT.usage;
}

const faultList = (): string =>
  FAULTS.map((fault) => `  ${fault.name.padEnd(18)} ${fault.summary}\n`).join("");

/** An interrupt is for the run on the same terminal; what the fleet made is taken away in any case. */
function outliveInterrupts(story: Story): void {
  process.on("SIGINT", () => undefined);
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => story.kill());
}
