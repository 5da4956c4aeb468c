import { basename, extname } from "node:path";
import { secret } from "../model/command.ts";
import { hasErrors, type Diagnostic, type Outcome } from "../model/diagnostic.ts";
import type { ControllerFiles } from "../model/files.ts";
import { isVault } from "./envelope.ts";
import type { VaultSecret } from "./vault.ts";

/** Where a password comes from: `--vault-id`, `--vault-password-file`, `--ask-vault-pass`. */
export interface VaultSource {
  /** Empty where none was given. */
  readonly label: string;
  readonly from: { readonly kind: "prompt" } | { readonly kind: "file"; readonly path: string };
  /** Set for everybody, so not everybody need have it: as long as another password is there, it may be missing. */
  readonly optional?: true;
}

export type ScriptEnded =
  | {
      readonly kind: "exited";
      readonly code: number;
      readonly stdout: Uint8Array;
      readonly stderr: Uint8Array;
    }
  | { readonly kind: "not-started"; readonly reason: string };

/** What reading passwords needs of the outer world. */
export interface VaultSourceAccess {
  readonly files: Pick<ControllerFiles, "read">;
  runScript(path: string, args: readonly string[]): Promise<ScriptEnded>;
  /** Asks without showing what is typed; nothing when nobody can answer. */
  prompt(question: string): Promise<string | undefined>;
}

/** Reads `label@source` or `source`; the source is a path, or `prompt`. */
export function parseVaultId(text: string): VaultSource {
  const split = text.indexOf("@");
  const label = split < 0 ? "" : text.slice(0, split);
  const source = split < 0 ? text : text.slice(split + 1);
  return source === "prompt" || source === "prompt_ask_vault_pass"
    ? { label, from: { kind: "prompt" } }
    : { label, from: { kind: "file", path: source } };
}

/** All passwords, in the order given; all that fails is said at once. */
export async function loadVaultSecrets(
  sources: readonly VaultSource[],
  access: VaultSourceAccess,
): Promise<Outcome<readonly VaultSecret[]>> {
  const secrets: VaultSecret[] = [];
  const problems: Diagnostic[] = [];
  // One after the other: two questions at once cannot be answered.
  for (const source of sources) {
    const { value, problems: found } =
      source.from.kind === "prompt"
        ? await asked(source.label, access)
        : await fromFile(source.from.path, source.label, access);
    problems.push(
      ...(source.optional
        ? found.map((one): Diagnostic => ({ ...one, severity: "warning" }))
        : found),
    );
    if (value !== undefined) {
      secrets.push({ label: source.label, password: secret(value) });
    }
  }
  if (secrets.length === 0 && problems.length > 0) {
    return { problems: problems.map((one) => ({ ...one, severity: "error" })) };
  }
  return hasErrors(problems) ? { problems } : { value: secrets, problems };
}

async function asked(label: string, access: VaultSourceAccess): Promise<Outcome<Uint8Array>> {
  const answer = await access.prompt(`Vault password${label === "" ? "" : ` (${label})`}: `);
  if (answer === undefined) {
    return problem("no-terminal", "a vault password is asked for, and nobody can answer", {
      hint: "Without a terminal, use --vault-password-file or --vault-id LABEL@FILE.",
    });
  }
  return notEmpty(new TextEncoder().encode(answer), "the prompt");
}

async function fromFile(
  path: string,
  label: string,
  access: VaultSourceAccess,
): Promise<Outcome<Uint8Array>> {
  const found = await access.files.read(path);
  switch (found.kind) {
    case "absent":
      return problem("no-password-file", `vault password file ${path} does not exist`);
    case "unreadable":
      return problem("no-password-file", `vault password file ${path}: ${found.reason}`);
    case "bytes":
      break;
  }
  if ((found.mode & 0o111) !== 0) {
    // A shell would take the password for a command.
    const start = Buffer.from(found.bytes.subarray(0, 4)).toString("latin1");
    if (start.startsWith("#!") || start === "\u007fELF") {
      return fromScript(found.path, label, access);
    }
    return problem("password-script", `vault password file ${path} is executable and no script`, {
      hint: `\`chmod -x ${path}\`, or begin it with #! when it is a script.`,
    });
  }
  // Ansible strips white space on both sides of a file, but only the line end of a script.
  const bytes = trimmed(found.bytes);
  if (isVault(Buffer.from(bytes.subarray(0, 40)).toString("latin1"))) {
    return problem("password-file-encrypted", `vault password file ${path} is itself encrypted`, {
      hint: "Point at a plain file, or at an executable script that prints the password.",
    });
  }
  return notEmpty(bytes, path);
}

/** A script whose name ends in `-client` is told the label. */
async function fromScript(
  path: string,
  label: string,
  access: VaultSourceAccess,
): Promise<Outcome<Uint8Array>> {
  const isClient = basename(path, extname(path)).endsWith("-client");
  const args = isClient && label !== "" ? ["--vault-id", label] : [];
  const ended = await access.runScript(path, args);
  if (ended.kind === "not-started") {
    return problem("password-script", `vault password script ${path}: ${ended.reason}`, {
      hint: "A password file that is no script must not be executable: `chmod -x` it.",
    });
  }
  if (ended.code !== 0) {
    const said = Buffer.from(ended.stderr).toString("utf8").trimEnd();
    const unknown = isClient && ended.code === 2;
    return problem(
      "password-script",
      unknown
        ? `vault password script ${path} knows no password for ${label === "" ? "default" : label}`
        : `vault password script ${path} ended with ${String(ended.code)}`,
      said === "" ? {} : { detail: said.split("\n").slice(-5) },
    );
  }
  const line = Buffer.from(ended.stdout)
    .toString("latin1")
    .replace(/[\r\n]+$/, "");
  return notEmpty(Buffer.from(line, "latin1"), path);
}

function notEmpty(bytes: Uint8Array, from: string): Outcome<Uint8Array> {
  return bytes.length === 0
    ? problem("empty-password", `the vault password from ${from} is empty`)
    : { value: bytes, problems: [] };
}

function trimmed(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  return Buffer.from(text.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, ""), "latin1");
}

function problem(
  word: string,
  summary: string,
  more: { hint?: string; detail?: readonly string[] } = {},
): Outcome<never> {
  return { problems: [{ code: `vault/${word}`, severity: "error", summary, ...more }] };
}
