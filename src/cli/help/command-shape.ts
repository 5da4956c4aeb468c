/** The command tree as data: what completion, the man page and the reference are made from. */

export interface CommandShape {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionShape[];
  readonly arguments: readonly ArgumentShape[];
  readonly commands: readonly CommandShape[];
}

export interface OptionShape {
  /** As the help has it: "-l, --limit <pattern>". */
  readonly flags: string;
  readonly short?: string;
  readonly long?: string;
  readonly description: string;
  readonly takes: "nothing" | "a value" | "perhaps a value";
  readonly choices: readonly string[];
}

export interface ArgumentShape {
  readonly name: string;
  readonly required: boolean;
  readonly many: boolean;
}

/** What is read of commander's commands; its types do not leave args.ts. */
interface Described {
  name(): string;
  description(): string;
  readonly options: readonly {
    readonly flags: string;
    readonly short?: string | undefined;
    readonly long?: string | undefined;
    readonly description: string;
    readonly required: boolean;
    readonly optional: boolean;
    readonly argChoices?: readonly string[] | undefined;
  }[];
  readonly registeredArguments: readonly {
    name(): string;
    readonly required: boolean;
    readonly variadic: boolean;
  }[];
  readonly commands: readonly Described[];
}

export function shapeOf(command: Described): CommandShape {
  return {
    name: command.name(),
    description: command.description(),
    options: command.options.map((option) => ({
      flags: option.flags,
      ...(option.short !== undefined && { short: option.short }),
      ...(option.long !== undefined && { long: option.long }),
      description: option.description,
      takes: option.required ? "a value" : option.optional ? "perhaps a value" : "nothing",
      choices: option.argChoices ?? [],
    })),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      required: argument.required,
      many: argument.variadic,
    })),
    commands: command.commands.map(shapeOf),
  };
}
