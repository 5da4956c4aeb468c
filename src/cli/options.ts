/** What can be said on the command line, after commander has read it. */

import type { StreamFormat } from "./beside-stream.ts";

/** Where hosts and variables come from. */
export interface InventoryOptions {
  readonly inventory: readonly string[];
  readonly limit?: string;
  readonly extraVars: readonly string[];
  readonly vaultPasswordFile: readonly string[];
  readonly vaultId: readonly string[];
  readonly askVaultPass?: true;
  readonly lenient?: true;
}

/** What the embedded fleet is to be, and to show. */
export interface DemoOptions {
  readonly hosts: number;
  readonly mode?: "serial" | "window";
  readonly fault?: string;
  readonly keep?: true;
}

/** How hosts are reached, where their variables do not say. */
export interface ConnectionOptions {
  readonly user?: string;
  readonly privateKey?: string;
  readonly connection?: string;
  readonly timeout?: string;
  readonly reconnectTimeout?: number;
  readonly sshCommonArgs?: string;
  readonly sshExtraArgs?: string;
  /** Only settings have these: on the command line they are in the inventory or in `--ssh-common-args`. */
  readonly port?: string;
  readonly sshArgs?: string;
  readonly becomeMethod?: string;
  readonly become?: true;
  readonly becomeUser?: string;
  readonly askBecomePass?: true;
  readonly becomePasswordFile?: string;
  readonly askPass?: true;
  readonly connectionPasswordFile?: string;
}

export interface StateOptions {
  readonly stateDir?: string;
  readonly stateKeyFile?: string;
  readonly log?: string;
}

export interface RunOptions extends InventoryOptions, ConnectionOptions, StateOptions {
  readonly mode?: "serial" | "window";
  readonly window?: string;
  readonly forks?: string;
  readonly onFailure?: "stop" | "rollback_host" | "rollback_run" | "ask";
  readonly diff?: true;
}

export interface ApplyOptions extends RunOptions {
  readonly check?: true;
  readonly yes?: true;
  readonly acceptIrreversible?: true;
  readonly detach?: true;
  readonly format?: StreamFormat;
  readonly waitForWindow?: true;
}

export interface PlanOptions extends RunOptions {
  readonly detailedExitcode?: true;
  readonly out?: string;
}

export interface ResumeOptions extends ConnectionOptions, StateOptions {
  readonly format?: StreamFormat;
  readonly yes?: true;
  readonly answer?: string;
  readonly limit?: string;
  readonly detach?: true;
  readonly window?: string;
  readonly waitForWindow?: true;
  readonly settle: readonly string[];
  readonly dropHost: readonly string[];
  readonly inventory: readonly string[];
  readonly vaultPasswordFile: readonly string[];
  readonly vaultId: readonly string[];
  readonly askVaultPass?: true;
  readonly extraVars: readonly string[];
  readonly diff?: true;
}

export interface RollbackOptions extends ResumeOptions {
  readonly overwriteDrift?: true;
  readonly check?: true;
}

export interface UnlockOptions extends ResumeOptions {
  readonly despiteJobs?: true;
}

export interface CleanOptions extends UnlockOptions {
  readonly olderThan?: string;
  readonly keep?: number;
  readonly dryRun?: true;
  readonly wayBack?: true;
  readonly journalsOnly?: true;
}

export interface HandOverOptions extends StateOptions {
  readonly passphraseFile?: string;
}

export interface StopOptions extends StateOptions {
  readonly now?: true;
  readonly wait?: true;
}

export interface RunsOptions extends StateOptions {
  readonly json?: true;
}

export interface StatusOptions extends RunOptions {
  readonly json?: true;
}

export interface ShowOptions extends StateOptions {
  readonly entries?: true;
  readonly follow?: true;
  readonly host?: string;
  readonly phase?: string;
  readonly status?: string;
}

export interface ReportOptions extends StateOptions {
  readonly format: "html" | "json" | "junit" | "ndjson";
  readonly out?: string;
}

export interface InventoryCommandOptions extends InventoryOptions {
  readonly list?: true;
  readonly host?: string;
  readonly graph?: string | true;
  readonly listHosts?: string;
  readonly yaml?: true;
  readonly vars?: true;
  readonly export?: true;
  readonly output?: string;
  readonly playbookDir?: string;
}

export interface VarsOptions extends InventoryOptions {
  readonly playbookDir?: string;
  readonly explain?: string;
}

export interface TemplateOptions extends Omit<InventoryOptions, "limit"> {
  readonly host?: string;
  readonly kind?: "value" | "when" | "text";
  readonly jsonl?: true;
  readonly allowCommands?: true;
}

export interface DocOptions {
  readonly list?: true;
}

export interface VaultCommandOptions {
  readonly vaultPasswordFile: readonly string[];
  readonly vaultId: readonly string[];
  readonly askVaultPass?: true;
  readonly encryptVaultId?: string;
  readonly newVaultId?: string;
  readonly newVaultPasswordFile?: string;
  readonly output?: string;
  readonly name?: readonly string[];
  readonly stdinName?: string;
  readonly prompt?: true;
  readonly showInput?: true;
}

export interface DoctorOptions extends RunOptions {
  readonly format: "text" | "json";
}

export interface InitOptions extends RunOptions {
  readonly targetVersion?: string;
  readonly out: string;
  readonly force?: true;
}
