/** What may stand where the cursor is. Pure: names of hosts, runs and steps are handed in, and only asked for when needed. */
import type { ArgumentShape, CommandShape, OptionShape } from "./command-shape.ts";

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

export interface Completion {
  readonly candidates: readonly Candidate[];
  /** The shell offers files too. */
  readonly files: boolean;
}

export interface Names {
  /** Hosts and groups of the inventory that the line names, or of the environment's. */
  hosts(inventories: readonly string[], groups: boolean): Promise<readonly Candidate[]>;
  runs(stateDir: string | undefined): Promise<readonly Candidate[]>;
  steps(): Promise<readonly Candidate[]>;
}

const NOTHING: Completion = { candidates: [], files: false };
const FILES: Completion = { candidates: [], files: true };

/** `words`: all after the program's name, up to the cursor; the last one is being typed and may be empty. */
export async function complete(
  root: CommandShape,
  words: readonly string[],
  names: Names,
): Promise<Completion> {
  const typed = words.at(-1) ?? "";
  const line = readLine(root, words.slice(0, -1));
  const { command, expects } = line;
  if (expects) return fitting(await valueOf(expects, typed, line, names), typed);
  const inline = /^(--[a-z-]+)=(.*)$/.exec(typed);
  if (inline) {
    const [, long = "", begun = ""] = inline;
    const option = command.options.find((one) => one.long === long);
    if (!option) return NOTHING;
    const found = fitting(await valueOf(option, begun, line, names), begun);
    const candidates = found.candidates.map((one) => ({ ...one, value: `${long}=${one.value}` }));
    return { ...found, candidates };
  }
  if (typed.startsWith("-") && !line.ended) return fitting(optionsOf(command), typed);
  if (command.commands.length > 0) {
    const candidates = command.commands.map(({ name, description }) => ({
      value: name,
      description,
    }));
    return fitting({ candidates, files: false }, typed);
  }
  const argument = command.arguments[Math.min(line.given, command.arguments.length - 1)];
  if (!argument || (line.given >= command.arguments.length && !argument.many)) return NOTHING;
  return fitting(await argumentOf(command, argument, typed, line, names), typed);
}

interface Line {
  readonly command: CommandShape;
  /** How many arguments stand already. */
  readonly given: number;
  /** The option whose value comes next. */
  readonly expects: OptionShape | undefined;
  /** After `--`. */
  readonly ended: boolean;
  readonly values: ReadonlyMap<string, readonly string[]>;
}

function readLine(root: CommandShape, words: readonly string[]): Line {
  let command = root;
  let [given, ended] = [0, false];
  let expects: OptionShape | undefined;
  const values = new Map<string, string[]>();
  const put = (option: OptionShape, value: string): void => {
    const name = option.long ?? option.flags;
    values.set(name, [...(values.get(name) ?? []), value]);
  };
  for (const word of words) {
    if (expects) {
      put(expects, word);
      expects = undefined;
    } else if (word === "--") ended = true;
    else if (!ended && word.startsWith("-")) {
      const [flag = "", value] = word.split("=", 2);
      const option = command.options.find(({ long, short }) => long === flag || short === flag);
      if (option && value !== undefined) put(option, value);
      else if (option?.takes === "a value") expects = option;
    } else {
      const next = command.commands.find(({ name }) => name === word);
      if (next) command = next;
      else given++;
    }
  }
  return { command, given, expects, ended, values };
}

function optionsOf(command: CommandShape): Completion {
  const candidates = command.options.flatMap(({ long, short, description }) => {
    const value = long ?? short;
    return value === undefined ? [] : [{ value, description }];
  });
  return {
    candidates: [...candidates, { value: "--help", description: "what it takes" }],
    files: false,
  };
}

async function valueOf(
  option: OptionShape,
  typed: string,
  line: Line,
  names: Names,
): Promise<Completion> {
  if (option.choices.length > 0)
    return {
      candidates: option.choices.map((value) => ({ value, description: "" })),
      files: false,
    };
  switch (option.long) {
    case "--limit":
    case "--list-hosts":
      return patterns(typed, await names.hosts(inventoriesOf(line), true));
    case "--host":
      return { candidates: await names.hosts(inventoriesOf(line), false), files: false };
    default:
      return /<(file|folder|source|id@source|vars)>/.test(option.flags) ? FILES : NOTHING;
  }
}

async function argumentOf(
  command: CommandShape,
  { name }: ArgumentShape,
  typed: string,
  line: Line,
  names: Names,
): Promise<Completion> {
  switch (name) {
    case "run":
      return { candidates: await names.runs(line.values.get("--state-dir")?.at(-1)), files: false };
    case "host":
      return { candidates: await names.hosts(inventoriesOf(line), false), files: false };
    case "pattern":
      return patterns(typed, await names.hosts(inventoriesOf(line), true));
    case "group":
      return { candidates: await names.hosts(inventoriesOf(line), true), files: false };
    case "name":
      return { candidates: command.name === "doc" ? await names.steps() : [], files: true };
    case "shell":
      return {
        candidates: ["bash", "zsh", "fish"].map((value) => ({ value, description: "" })),
        files: false,
      };
    case "template":
      return NOTHING;
    default:
      return FILES;
  }
}

function inventoriesOf({ values }: Line): readonly string[] {
  return values.get("--inventory") ?? [];
}

/** The last part of "web:&prod:!ns1" is completed, what stands before it is kept. */
function patterns(typed: string, hosts: readonly Candidate[]): Completion {
  const [before = ""] = /^(.*[,:])?[!&]?/.exec(typed) ?? [];
  return { candidates: hosts.map((one) => ({ ...one, value: before + one.value })), files: false };
}

function fitting({ candidates, files }: Completion, typed: string): Completion {
  return { candidates: candidates.filter(({ value }) => value.startsWith(typed)), files };
}
