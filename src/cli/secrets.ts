/** Passwords that the operator gives by option, environment or prompt. */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { errorText } from "../lib/error-words.ts";
import type { Redactor } from "../lib/redact.ts";
import type { Secret } from "../model/command.ts";
import { secret } from "../model/command.ts";
import type { Diagnostic, Outcome } from "../model/diagnostic.ts";
import type { ScriptEnded, VaultSource, VaultSourceAccess } from "../vault/sources.ts";
import { loadVaultSecrets, parseVaultId } from "../vault/sources.ts";
import type { VaultSecret } from "../vault/vault.ts";
import { createControllerFiles } from "./controller-files.ts";
import type { ConnectionOptions, InventoryOptions } from "./options.ts";
import type { Settings } from "./settings.ts";
import { askHidden } from "./terminal.ts";

type VaultOptions = Pick<InventoryOptions, "vaultPasswordFile" | "vaultId" | "askVaultPass">;

/** What options say, after what is set: a password of the environment is tried, too. */
export async function vaultSecrets(
  options: VaultOptions,
  settings: Settings,
): Promise<Outcome<readonly VaultSecret[]>> {
  const usual = settings.text("vaultIdentity") ?? "default";
  const sources: VaultSource[] = [
    ...(settings.list("vaultIdentityList") ?? []).map((text): VaultSource => {
      return { ...parseVaultId(text), optional: true };
    }),
    ...options.vaultId.map(parseVaultId),
  ];
  const files = [...options.vaultPasswordFile, settings.path("vaultPasswordFile") ?? ""];
  for (const path of new Set(files)) {
    if (path !== "") sources.push({ label: usual, from: { kind: "file", path } });
  }
  if (options.askVaultPass || settings.flag("askVaultPass")) {
    sources.push({ label: usual, from: { kind: "prompt" } });
  }
  return loadVaultSecrets(sources, vaultSourceAccess());
}

export function vaultSourceAccess(): VaultSourceAccess {
  return { files: createControllerFiles([process.cwd()]), runScript, prompt: askHidden };
}

function runScript(path: string, args: readonly string[]): Promise<ScriptEnded> {
  return new Promise((resolve) => {
    const child = spawn(path, args, { stdio: ["ignore", "pipe", "pipe"], timeout: 60_000 });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", (error) => resolve({ kind: "not-started", reason: error.message }));
    child.on("close", (code) =>
      resolve({
        kind: "exited",
        code: code ?? 1,
        stdout: Buffer.concat(out),
        stderr: Buffer.concat(err),
      }),
    );
  });
}

export interface LoginSecrets {
  readonly become?: Secret;
  readonly login?: Secret;
}

/** `-K`, `-k` and their password files. */
export async function loginSecrets(
  options: ConnectionOptions,
  settings: Settings,
  redactor: Redactor,
): Promise<Outcome<LoginSecrets>> {
  const problems: Diagnostic[] = [];
  const read = async (
    what: string,
    file: string | undefined,
    asked: true | undefined,
  ): Promise<Secret | undefined> => {
    if (file !== undefined) {
      try {
        const text = (await readFile(file, "utf8")).trim();
        redactor.add(text);
        return secret(text);
      } catch (error) {
        problems.push(unreadable(what, file, error));
        return undefined;
      }
    }
    if (!asked) return undefined;
    const text = await askHidden(`${what}: `);
    if (text === undefined) {
      problems.push({
        code: "cli/no-terminal",
        severity: "error",
        summary: `${what} is asked for, and nobody can answer`,
        hint: "Without a terminal, use the option that reads it from a file.",
      });
      return undefined;
    }
    redactor.add(text);
    return secret(text);
  };
  const login = await read(
    "SSH password",
    options.connectionPasswordFile ?? settings.path("connectionPasswordFile"),
    options.askPass ?? (settings.flag("askPass") || undefined),
  );
  const become = await read(
    "BECOME password",
    options.becomePasswordFile ?? settings.path("becomePasswordFile"),
    options.askBecomePass ?? (settings.flag("becomeAskPass") || undefined),
  );
  if (problems.length > 0) return { problems };
  return { value: { ...(login && { login }), ...(become && { become }) }, problems };
}

function unreadable(what: string, file: string, error: unknown): Diagnostic {
  const reason = errorText(error);
  return {
    code: "cli/no-password-file",
    severity: "error",
    summary: `${what}: ${file} cannot be read: ${reason}`,
  };
}
