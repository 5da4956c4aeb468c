/**
 * A service as systemd keeps it: what it is told, what it does by itself, and what it read of the drop-ins. A hold is a
 * drop-in with an assertion, so drop-ins count from the last `daemon-reload` on, and are read anew at a boot.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Daemon, StartDaemon } from "./daemon.ts";
import { writeOwned } from "./ownership.ts";

export interface UnitKind {
  readonly name: string;
  readonly type: "notify" | "simple";
  readonly restart: "always" | "on-failure";
  readonly command: string;
  readonly start: StartDaemon;
}

export type UnitState = "inactive" | "active" | "activating" | "failed";

export interface JournalLine {
  readonly unit: string;
  readonly invocation: string;
  readonly at: number;
  readonly text: string;
}

export interface UnitHost {
  readonly path: (path: string) => string;
  journal(line: JournalLine): void;
  /** A number that no process of this machine has. */
  nextPid(): number;
}

export type Started = "started" | "assertion" | "condition" | "masked" | "failed";

const RESTART_MS = 1000;

export class Unit {
  readonly kind: UnitKind;
  readonly #host: UnitHost;
  #state: UnitState = "inactive";
  #daemon: Daemon | undefined;
  #again: NodeJS.Timeout | undefined;
  /** Text of each drop-in as it was read last. */
  #read = new Map<string, string>();
  isEnabled = true;
  invocation = "";
  activeSince = 0;
  pid = 0;
  restarts = 0;
  outcome = "success";

  constructor(kind: UnitKind, host: UnitHost) {
    this.kind = kind;
    this.#host = host;
    this.reload();
  }

  get state(): UnitState {
    return this.#state;
  }

  get subState(): string {
    switch (this.#state) {
      case "active":
        return "running";
      case "activating":
        return "auto-restart";
      case "inactive":
        return "dead";
      case "failed":
        return "failed";
    }
  }

  get dropIns(): readonly string[] {
    return [...this.#read.keys()];
  }

  get needsReload(): boolean {
    const now = this.#dropInsNow();
    return (
      now.size !== this.#read.size || [...now].some(([path, text]) => this.#read.get(path) !== text)
    );
  }

  get isMasked(): boolean {
    return [`/etc/systemd/system/${this.kind.name}`, `/run/systemd/system/${this.kind.name}`].some(
      (path) => existsSync(this.#host.path(`${path}.masked`)),
    );
  }

  reload(): void {
    this.#read = this.#dropInsNow();
  }

  start(): Started {
    if (this.#state === "active") return "started";
    if (this.isMasked) return "masked";
    const unmet = this.#unmet();
    if (unmet !== undefined) return unmet;
    clearTimeout(this.#again);
    this.restarts = 0;
    return this.#begin();
  }

  stop(): void {
    clearTimeout(this.#again);
    if (this.#daemon !== undefined) this.#say(`Stopping ${this.kind.name}...`);
    this.#end();
    this.#state = "inactive";
    this.outcome = "success";
  }

  /** A restart under a hold stops the service, as systemd does. */
  restart(): Started {
    this.stop();
    return this.start();
  }

  /** The process is gone without a word, and systemd notices. */
  crash(): void {
    if (this.#daemon === undefined) return;
    this.#end();
    this.#failed("signal");
  }

  resetFailed(): void {
    if (this.#state === "failed") this.#state = "inactive";
    this.restarts = 0;
  }

  /** No power: no process, nothing in memory. */
  cutPower(): void {
    clearTimeout(this.#again);
    this.#end();
    this.#state = "inactive";
  }

  #begin(): Started {
    this.invocation = randomBytes(16).toString("hex");
    const started = this.kind.start({
      say: (line) => this.#say(line),
      exited: () => this.crash(),
    });
    if (started.kind === "failed") {
      this.#failed("exit-code");
      // Of a simple service systemd only knows that its process was made.
      return this.kind.type === "simple" ? "started" : "failed";
    }
    this.#daemon = started.daemon;
    this.pid = this.#host.nextPid();
    this.activeSince = Date.now();
    this.#state = "active";
    this.outcome = "success";
    writeOwned(this.#processes(), `${this.pid}\n`);
    return "started";
  }

  #failed(outcome: string): void {
    this.outcome = outcome;
    this.#say(`${this.kind.name}: Failed with result '${outcome}'.`);
    this.#state = "activating";
    this.#again = setTimeout(() => {
      this.restarts += 1;
      if (this.#unmet() === undefined && !this.isMasked) this.#begin();
      else this.#state = "failed";
    }, RESTART_MS);
    this.#again.unref();
  }

  #end(): void {
    this.#daemon?.kill();
    this.#daemon = undefined;
    this.pid = 0;
    rmSync(this.#processes(), { force: true });
  }

  #unmet(): "assertion" | "condition" | undefined {
    for (const text of this.#read.values()) {
      for (const [, word, path = ""] of text.matchAll(/^(Assert|Condition)PathExists=(.*)$/gm)) {
        const wanted = path.replace(/^!/, "");
        const isThere = wanted === "/" || existsSync(this.#host.path(wanted));
        if (isThere === path.startsWith("!")) return word === "Assert" ? "assertion" : "condition";
      }
    }
    return undefined;
  }

  #dropInsNow(): Map<string, string> {
    const found = new Map<string, string>();
    for (const root of ["/run/systemd/system", "/etc/systemd/system"]) {
      const folder = `${root}/${this.kind.name}.d`;
      if (!existsSync(this.#host.path(folder))) continue;
      for (const file of readdirSync(this.#host.path(folder)).toSorted()) {
        if (!file.endsWith(".conf") || file.startsWith(".")) continue;
        found.set(`${folder}/${file}`, readFileSync(join(this.#host.path(folder), file), "utf8"));
      }
    }
    return found;
  }

  #processes(): string {
    return this.#host.path(`/sys/fs/cgroup/system.slice/${this.kind.name}/cgroup.procs`);
  }

  #say(text: string): void {
    this.#host.journal({ unit: this.kind.name, invocation: this.invocation, at: Date.now(), text });
  }
}
