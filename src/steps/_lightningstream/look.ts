import { decodeUtf8 } from "../../lib/utf8.ts";
import { sh } from "../../model/command.ts";
import { StepProblem } from "../../model/step.ts";
import type { HostReader } from "../../model/transport.ts";
import { ask } from "../ask.ts";
import { readConfig, type LightningStreamConfig } from "./config.ts";
import { environmentUses } from "./expand-env.ts";
import { fileEnvironment, processEnvironment, shownEnvironment } from "./unit-environment.ts";
import { optionIn, showUnits, unitsIn, type DaemonUnit } from "./unit.ts";

export interface LightningStreamPlace {
  readonly config: string;
  readonly unit: string;
}

/** Lightning Stream on one host: its unit, its configuration, and what both together mean. */
export interface LightningStreamSeen {
  readonly unit: DaemonUnit;
  readonly text: string;
  readonly config: LightningStreamConfig;
  /** Seconds since 1970. */
  readonly configChanged: number;
  /** Its name among the writers of a bucket. */
  readonly instance: string;
  /** `receive` never writes a snapshot. */
  readonly receiver: boolean;
  /** Variables that the configuration uses, as the daemon has them. */
  readonly environment: ReadonlyMap<string, string>;
}

/** Reads configuration and unit in one round trip; in two where the configuration uses the environment. */
export async function lookAtLightningStream(
  host: HostReader,
  { config, unit }: LightningStreamPlace,
): Promise<LightningStreamSeen> {
  const [file, changed, shown, hostname] = await Promise.all([
    ask(host, sh`cat -- ${config}`),
    ask(host, sh`stat -c %Y -- ${config}`),
    ask(host, showUnits([unit])),
    ask(host, sh`uname -n`),
  ]);
  if (file.code !== 0) throw unreadable(config, file.err);
  const decoded = decodeUtf8(file.bytes, config);
  const [daemon] = unitsIn(shown.out, [unit]);
  const text = decoded.value;
  if (text === undefined || daemon === undefined) throw misread(decoded.problems[0]?.summary);
  const environment =
    environmentUses(text).length === 0 ? new Map() : await environmentOf(host, daemon);
  const read = readConfig(text, config, environment);
  const [problem] = read.problems;
  if (read.value === undefined) {
    throw problem === undefined ? misread(undefined) : new StepProblem("failed", problem);
  }
  otherConfig(daemon, config);
  const named = optionIn(daemon.command, ["-i", "--instance"]) ?? read.value.instance;
  return {
    unit: daemon,
    text,
    config: read.value,
    configChanged: Number(changed.out.trim()) || 0,
    instance: instanceName(named === undefined || named === "" ? hostname.out.trim() : named),
    receiver: daemon.command.includes("receive"),
    environment,
  };
}

/** As Lightning Stream writes it into object names, where `__` separates the parts. */
export function instanceName(written: string): string {
  return written.replace(/[^A-Za-z0-9-]/g, "-");
}

/** What the running daemon was given, or what it would be given at its next start. */
async function environmentOf(
  host: HostReader,
  unit: DaemonUnit,
): Promise<ReadonlyMap<string, string>> {
  if (unit.pid > 0) {
    const answer = await ask(host, sh`cat -- /proc/${unit.pid}/environ`);
    if (answer.code === 0) return processEnvironment(answer.out);
  }
  const files = await Promise.all(
    unit.environmentFiles.map((file) => ask(host, sh`cat -- ${file.replace(/^-/, "")}`)),
  );
  return new Map([
    ...shownEnvironment(unit.environment),
    ...files.flatMap((file) => (file.code === 0 ? [...fileEnvironment(file.out)] : [])),
  ]);
}

/** A daemon that runs with another file makes everything that is read here meaningless. */
function otherConfig(unit: DaemonUnit, config: string): void {
  const used = optionIn(unit.command, ["-c", "--config"]);
  if (used === undefined || used === config || !used.startsWith("/")) return;
  throw new StepProblem("failed", {
    code: "step/other-config",
    severity: "error",
    summary: `${unit.name} is started with ${used}, not with ${config}`,
    hint: `Set \`config: ${used}\` on this task.`,
  });
}

function unreadable(config: string, said: string): StepProblem {
  const absent = said.includes("No such file");
  return new StepProblem("failed", {
    code: "step/no-config",
    severity: "error",
    summary: absent ? `${config} does not exist` : `${config} cannot be read`,
    hint: absent
      ? "Is Lightning Stream installed on this host? `config:` names another file."
      : "Become root: the file holds secrets and is not for everybody.",
    detail: [said.trim()],
  });
}

function misread(why: string | undefined): StepProblem {
  return new StepProblem("failed", {
    code: "step/no-config",
    severity: "error",
    summary: `the Lightning Stream configuration cannot be read: ${why ?? "no content"}`,
  });
}
