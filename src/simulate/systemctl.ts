import { rmSync } from "node:fs";
import { writeOwned } from "./ownership.ts";
import type { Program, Said } from "./program.ts";
import type { JournalLine, Unit } from "./unit.ts";

export interface SystemdHost {
  readonly units: ReadonlyMap<string, Unit>;
  readonly lines: readonly JournalLine[];
}

const withService = (name: string): string => (name.includes(".") ? name : `${name}.service`);

export function systemctl(host: SystemdHost): Program {
  return (asked) => {
    const { properties, value, verb, names, runtime } = wordsIn(asked.words);
    const units = names.map((name) => ({
      name: withService(name),
      unit: host.units.get(withService(name)),
    }));
    const unknown = units.find(({ unit }) => unit === undefined);
    const each = (act: (unit: Unit) => Said | undefined): Said => {
      for (const { name, unit } of units) {
        const said = unit === undefined ? notFound(verb, name) : act(unit);
        if (said !== undefined && said.code !== 0) return said;
      }
      return {};
    };
    switch (verb) {
      case "show":
        return {
          out: units
            .map(({ name, unit }) => shown(name, unit, properties, value))
            .join(value ? "" : "\n"),
        };
      case "start":
        return each((unit) => refusal(unit, unit.start()));
      case "restart":
      case "try-restart":
        return each((unit) => refusal(unit, unit.restart()));
      case "reload":
        return each(({ kind }) => ({
          code: 1,
          err: `Failed to reload ${kind.name}: Job type reload is not applicable for unit ${kind.name}.\n`,
        }));
      case "stop":
        return each((unit) => {
          unit.stop();
          return undefined;
        });
      case "kill":
        return each((unit) => {
          unit.crash();
          return undefined;
        });
      case "daemon-reload":
        for (const unit of host.units.values()) unit.reload();
        return {};
      case "reset-failed":
        return each((unit) => {
          unit.resetFailed();
          return undefined;
        });
      case "enable":
      case "disable":
        return each((unit) => {
          unit.isEnabled = verb === "enable";
          return undefined;
        });
      case "mask":
      case "unmask":
        return each((unit) => mask(asked.path, unit, { verb, runtime }));
      case "is-active": {
        const states = units.map(({ unit }) => unit?.state ?? "inactive");
        const quiet = asked.words.includes("--quiet") || asked.words.includes("-q");
        return { code: states.includes("active") ? 0 : 3, out: quiet ? "" : lines(states) };
      }
      case "is-enabled":
        return {
          code: unknown === undefined ? 0 : 1,
          out: lines(units.map(({ unit }) => (unit?.isEnabled === true ? "enabled" : "disabled"))),
        };
      case "is-system-running":
        return { out: "running\n" };
      case "status":
        return {
          out: units
            .map(
              ({ name, unit }) =>
                `● ${name}\n     Active: ${unit?.state ?? "inactive"} (${unit?.subState ?? "dead"})\n`,
            )
            .join(""),
        };
      case "list-units":
      case "list-unit-files":
        return { out: lines([...host.units.keys()]) };
      default:
        return { code: 1, err: `Unknown command verb '${verb}' (this systemctl is simulated).\n` };
    }
  };
}

/** `mask` stands in the way of a start, and only of units whose file is not in /etc. */
function mask(
  path: (path: string) => string,
  unit: Unit,
  of: { verb: "mask" | "unmask"; runtime: boolean },
): undefined {
  const file = path(`${of.runtime ? "/run" : "/etc"}/systemd/system/${unit.kind.name}.masked`);
  if (of.verb === "mask") writeOwned(file, "");
  else rmSync(file, { force: true });
}

function wordsIn(words: readonly string[]) {
  const rest: string[] = [];
  const properties: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "-p" || word === "--property") properties.push(...(words[++at] ?? "").split(","));
    else if (word.startsWith("--property=")) properties.push(...word.slice(11).split(","));
    else if (!word.startsWith("-")) rest.push(word);
  }
  const [verb = "list-units", ...names] = rest;
  return {
    verb,
    names,
    properties,
    value: words.includes("--value"),
    runtime: words.includes("--runtime"),
  };
}

function refusal({ kind }: Unit, started: ReturnType<Unit["start"]>): Said | undefined {
  switch (started) {
    case "started":
    case "condition":
      return undefined;
    case "assertion":
      return { code: 1, err: `Assertion failed on job for ${kind.name}.\n` };
    case "masked":
      return { code: 1, err: `Failed to start ${kind.name}: Unit ${kind.name} is masked.\n` };
    case "failed":
      return {
        code: 1,
        err: `Job for ${kind.name} failed because the control process exited with error code.\nSee "systemctl status ${kind.name}" and "journalctl -xeu ${kind.name}" for details.\n`,
      };
  }
}

function notFound(verb: string, name: string): Said {
  return { code: 5, err: `Failed to ${verb} ${name}: Unit ${name} not found.\n` };
}

function shown(
  name: string,
  unit: Unit | undefined,
  wanted: readonly string[],
  valueOnly: boolean,
): string {
  const all = unit === undefined ? unknownProperties(name) : propertiesOf(unit);
  const names = wanted.length === 0 ? Object.keys(all) : wanted;
  return names
    .filter((one) => all[one] !== undefined)
    .map((one) => (valueOnly ? `${all[one]}\n` : `${one}=${all[one]}\n`))
    .join("");
}

function unknownProperties(name: string): { readonly [property: string]: string } {
  return {
    Id: name,
    LoadState: "not-found",
    ActiveState: "inactive",
    SubState: "dead",
    UnitFileState: "",
    Type: "",
    Result: "success",
    MainPID: "0",
    NRestarts: "0",
    NeedDaemonReload: "no",
    CanReload: "no",
    RefuseManualStart: "no",
    DropInPaths: "",
    ControlGroup: "",
    Slice: "",
  };
}

function propertiesOf(unit: Unit): { readonly [property: string]: string } {
  const { name, type, command } = unit.kind;
  const program = command.split(" ")[0] ?? "";
  return {
    ...unknownProperties(name),
    LoadState: unit.isMasked ? "masked" : "loaded",
    ActiveState: unit.state,
    SubState: unit.subState,
    UnitFileState: unit.isMasked ? "masked" : unit.isEnabled ? "enabled" : "disabled",
    Type: type,
    Result: unit.outcome,
    MainPID: String(unit.pid),
    NRestarts: String(unit.restarts),
    NeedDaemonReload: unit.needsReload ? "yes" : "no",
    DropInPaths: unit.dropIns.join(" "),
    ControlGroup: unit.pid === 0 ? "" : `/system.slice/${name}`,
    Slice: "system.slice",
    InvocationID: unit.invocation,
    ActiveEnterTimestamp: unit.activeSince === 0 ? "" : timestamp(unit.activeSince),
    ExecMainStatus: unit.outcome === "success" ? "0" : "1",
    ExecStart: `{ path=${program} ; argv[]=${command} ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=${unit.pid} ; code=(null) ; status=0/0 }`,
    Environment: "",
  };
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function timestamp(ms: number): string {
  const at = new Date(ms);
  const iso = at.toISOString();
  return `${DAYS[at.getUTCDay()]} ${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join("");

export function journalctl(host: SystemdHost): Program {
  return ({ words }) => {
    const invocation = words
      .find((word) => word.startsWith("_SYSTEMD_INVOCATION_ID="))
      ?.split("=")[1];
    const unit = optionIn(words, "-u");
    const most = Number(optionIn(words, "-n") ?? Number.POSITIVE_INFINITY);
    const found = host.lines.filter(
      (line) =>
        (invocation === undefined || line.invocation === invocation) &&
        (unit === undefined || line.unit === withService(unit)),
    );
    const bare = optionIn(words, "-o") === "cat";
    return {
      out: lines(
        found
          .slice(-Math.min(most, found.length) || found.length)
          .map(({ at, unit: of, text }) =>
            bare ? text : `${new Date(at).toISOString()} ${of}: ${text}`,
          ),
      ),
    };
  };
}

function optionIn(words: readonly string[], name: string): string | undefined {
  const at = words.indexOf(name);
  return at === -1 ? undefined : words[at + 1];
}
