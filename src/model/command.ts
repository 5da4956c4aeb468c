/** Bytes that must not be seen. They travel by standard input only and print as dots everywhere else. */
export interface Secret {
  readonly kind: "secret";
  reveal(): Uint8Array;
  toString(): "•••";
}

export function secret(value: string | Uint8Array): Secret {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  const dots = "•••" as const;
  return {
    kind: "secret",
    reveal: () => bytes,
    toString: () => dots,
    ...{ toJSON: () => dots },
  };
}

/** A shell command kept in pieces: quoting happens once, when it is rendered. */
export interface Command {
  readonly pieces: readonly { readonly kind: "raw" | "quoted"; readonly text: string }[];
  readonly stdin?: Uint8Array | Secret;
  /** One program with its words and redirections; it needs no shell around it. */
  readonly isProgram?: true;
}

type Part = string | number | Command | readonly string[];

/**
 * Builds a command for a POSIX shell: literal text stays shell, every value is quoted, a list becomes one word each,
 * another command is inserted as it is. Values that may start with a dash still need `--` before them.
 */
export function sh(text: TemplateStringsArray, ...values: readonly Part[]): Command {
  const pieces: { kind: "raw" | "quoted"; text: string }[] = [];
  text.forEach((literal, index) => {
    if (literal !== "") pieces.push({ kind: "raw", text: literal });
    if (index >= values.length) return;
    const value = values[index] as Part;
    if (typeof value === "string" || typeof value === "number") {
      pieces.push({ kind: "quoted", text: String(value) });
    } else if ("pieces" in value) {
      pieces.push(...value.pieces);
    } else {
      value.forEach((word, position) => {
        if (position > 0) pieces.push({ kind: "raw", text: " " });
        pieces.push({ kind: "quoted", text: word });
      });
    }
  });
  return { pieces };
}

/** The operator's own shell text, as it stands: only for what a playbook author wrote as shell. */
export function rawShell(text: string): Command {
  return { pieces: [{ kind: "raw", text }] };
}

export function withStdin(command: Command, stdin: Uint8Array | string | Secret): Command {
  return {
    ...command,
    stdin: typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin,
  };
}

const SAFE = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** One word for a POSIX shell. Throws on NUL, which no shell can pass on. */
export function quote(text: string): string {
  if (text.includes("\0")) throw new RangeError("a shell word cannot hold a NUL byte");
  if (text === "") return "''";
  return SAFE.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The text that a shell reads. Standard input is not part of it. */
export function renderCommand(command: Command): string {
  return command.pieces.map((p) => (p.kind === "raw" ? p.text : quote(p.text))).join("");
}

/** The same for a shell that has nothing else to do: a program takes its place. */
export function lineToRun(command: Command): string {
  return (command.isProgram === true ? "exec " : "") + renderCommand(command);
}
