/** How each host is reached: its rendered `ansible_*` variables, with the command line's options beneath them. */
import { asText } from "../lib/as-text.ts";
import { homedir, userInfo } from "node:os";
import type { ConnectionDefaults } from "../inventory/connection.ts";
import { CONNECTION_VARIABLES, connectionOf } from "../inventory/connection.ts";
import type { SshConfigLookup } from "../inventory/ssh-config.ts";
import { openSshConfig } from "../inventory/ssh-config.ts";
import type { Redactor } from "../lib/redact.ts";
import type { Diagnostic, Outcome } from "../model/diagnostic.ts";
import type { HostId } from "../model/ids.ts";
import { CONTROLLER } from "../model/ids.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { Renderer } from "../model/rendering.ts";
import type { ConnectionSettings } from "../model/transport.ts";
import type { Scope } from "../model/value.ts";
import type { LoginSecrets } from "./secrets.ts";
import { readSettings } from "./settings.ts";

export interface ConnectionSource {
  readonly scopes: { readonly [host: string]: Scope };
  /** For hosts that a task delegates to and that no scope names. */
  readonly fallback: Scope;
  readonly renderer: Renderer;
  /** Options of the command line that are not secret, under their long names. */
  readonly options: JsonObject;
  readonly secrets: LoginSecrets;
  readonly redactor: Redactor;
}

/** Every problem of every host, before anything connects: nobody waits for ssh's answers one by one. */
export async function connectionProblems(
  source: ConnectionSource,
  hosts: readonly HostId[],
): Promise<readonly Diagnostic[]> {
  const problems = await sshConfig.ahead((lookup) =>
    hosts.flatMap((host) => settingsOf(source, host, lookup).problems),
  );
  const seen = new Set<string>();
  return problems.filter(({ summary }) => !seen.has(summary) && seen.add(summary));
}

export function connectionSettings(source: ConnectionSource, host: HostId): ConnectionSettings {
  const { value, problems } = settingsOf(source, host);
  if (value) return value;
  throw new Error(problems.map((problem) => problem.summary).join("; "));
}

const sshConfig = openSshConfig(homedir(), "ssh", accountHome());

function accountHome(): string {
  try {
    return userInfo().homedir;
  } catch {
    // A user id without an account, as in a container.
    return homedir();
  }
}

function settingsOf(
  source: ConnectionSource,
  host: HostId,
  lookup: SshConfigLookup = sshConfig.lookup,
): Outcome<ConnectionSettings> {
  const defaults = { ...defaultsOf(source), sshConfig: lookup };
  if (host === CONTROLLER) return connectionOf(host, { ansible_connection: "local" }, defaults);
  const scope = source.scopes[host] ?? source.fallback;
  const variables: Record<string, Json> = {};
  const problems: Diagnostic[] = [];
  for (const name of CONNECTION_VARIABLES) {
    if (!scope.some((layer) => Object.hasOwn(layer.values, name))) continue;
    const rendered = source.renderer.value(`{{ ${name} }}`, scope);
    if (rendered.kind === "rendered") variables[name] = rendered.value;
    if (rendered.kind === "problem") problems.push(rendered.diagnostic);
    if (rendered.kind === "rendered" && /pass/.test(name))
      source.redactor.add(asText(rendered.value));
  }
  if (problems.length > 0) return { problems };
  return connectionOf(host, variables, defaults);
}

/** Read once: it is asked for every host. */
let checking: { readonly isOn: boolean | undefined } | undefined;

function defaultsOf({ options, secrets }: ConnectionSource): ConnectionDefaults {
  const text = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === "string" ? value : undefined;
  };
  const connection = text("connection");
  const user = text("user");
  const privateKey = text("privateKey");
  const sshCommonArgs = text("sshCommonArgs");
  const timeout = text("timeout");
  const becomeUser = text("becomeUser");
  const sshArgs = text("sshArgs");
  const sshExtraArgs = text("sshExtraArgs");
  const port = text("port");
  const becomeMethod = text("becomeMethod");
  const agent = process.env["SSH_AUTH_SOCK"];
  checking ??= { isOn: readSettings(process.env, process.cwd()).flag("hostKeyChecking") };
  const hostKeyChecking = checking.isOn;
  return {
    home: homedir(),
    ...(hostKeyChecking !== undefined && { hostKeyChecking }),
    ...(sshArgs !== undefined && { sshArgs }),
    ...(sshExtraArgs !== undefined && { sshExtraArgs }),
    ...(port !== undefined && { port: Number(port) }),
    ...(becomeMethod !== undefined && { becomeMethod }),
    ...((connection === "ssh" || connection === "local") && { connection }),
    ...(user !== undefined && { user }),
    ...(privateKey !== undefined && { privateKey }),
    ...(sshCommonArgs !== undefined && { sshCommonArgs }),
    ...(timeout !== undefined && { timeoutSeconds: Number(timeout) }),
    ...(becomeUser !== undefined && { becomeUser }),
    ...(secrets.login && { login: secrets.login }),
    ...(secrets.become && { becomePassword: secrets.become }),
    ...(agent !== undefined && { agent }),
  };
}
