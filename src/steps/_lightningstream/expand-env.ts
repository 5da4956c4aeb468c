/** One place where a configuration takes a value from the environment. */
export interface EnvironmentUse {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Where Lightning Stream puts variables of its environment into the text of its configuration, before it reads it as
 * YAML: Go's `os.ExpandEnv`, which knows neither escapes nor defaults, and takes `$$` or `$1` for names too.
 */
export function environmentUses(text: string): readonly EnvironmentUse[] {
  const uses: EnvironmentUse[] = [];
  const form = /\$(?:\{([^}]*)\}|\{|([*#$@!?0-9-])|(\w+))/g;
  for (const found of text.matchAll(form)) {
    const name = found[1] ?? found[2] ?? found[3] ?? "";
    uses.push({ name, start: found.index, end: found.index + found[0].length });
  }
  return uses;
}

/** The text as Lightning Stream reads it. A variable that is not set is empty, silently. */
export function expandEnvironment(text: string, environment: ReadonlyMap<string, string>): string {
  let expanded = "";
  let copied = 0;
  for (const { name, start, end } of environmentUses(text)) {
    expanded += text.slice(copied, start) + (environment.get(name) ?? "");
    copied = end;
  }
  return expanded + text.slice(copied);
}
