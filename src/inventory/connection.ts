import { secret, type Secret } from "../model/command.ts";
import { hasErrors, type Diagnostic, type Outcome } from "../model/diagnostic.ts";
import type { HostId } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import type { BecomeSettings, ConnectionSettings } from "../model/transport.ts";
import { jumpsOf } from "./jumps.ts";
import type { SshConfigLookup } from "./ssh-config.ts";
import { readSshOptions, type SshOptions } from "./ssh-options.ts";

/** What applies where a host's variables say nothing: command line, environment, the operator's account. */
export interface ConnectionDefaults {
  /** The operator's home folder, for `~`. */
  readonly home: string;
  readonly connection?: "ssh" | "local";
  readonly user?: string;
  readonly port?: number;
  readonly privateKey?: string;
  readonly sshArgs?: string;
  readonly sshCommonArgs?: string;
  readonly sshExtraArgs?: string;
  readonly timeoutSeconds?: number;
  readonly hostKeyChecking?: boolean;
  readonly becomeUser?: string;
  readonly becomeMethod?: string;
  readonly login?: Secret;
  readonly becomePassword?: Secret;
  /** SSH_AUTH_SOCK. */
  readonly agent?: string;
  readonly sshConfig?: SshConfigLookup;
}

/**
 * Every name that a connection is made from. In each line the last name that has a value wins, as in Ansible's own
 * plugins.
 */
const NAMES = {
  connection: ["ansible_connection"],
  host: ["ansible_host", "ansible_ssh_host"],
  port: ["ansible_port", "ansible_ssh_port"],
  user: ["ansible_user", "ansible_ssh_user"],
  password: ["ansible_password", "ansible_ssh_pass", "ansible_ssh_password"],
  privateKey: ["ansible_private_key_file", "ansible_ssh_private_key_file"],
  commonArgs: ["ansible_ssh_common_args"],
  extraArgs: ["ansible_ssh_extra_args"],
  args: ["ansible_ssh_args"],
  timeout: ["ansible_timeout", "ansible_ssh_timeout"],
  hostKeyChecking: ["ansible_host_key_checking", "ansible_ssh_host_key_checking"],
  shell: ["ansible_shell_executable"],
  becomeMethod: ["ansible_become_method"],
  becomeUser: ["ansible_become_user", "ansible_sudo_user"],
  becomePassword: ["ansible_become_password", "ansible_become_pass", "ansible_sudo_pass"],
  becomeExe: ["ansible_become_exe", "ansible_sudo_exe"],
  becomeFlags: ["ansible_become_flags", "ansible_sudo_flags"],
} as const;

/** The variables to render before `connectionOf` is asked. */
export const CONNECTION_VARIABLES: readonly string[] = Object.values(NAMES).flat();

const DEFAULT_TIMEOUT_SECONDS = 10;
const DEFAULT_KNOWN_HOSTS = ["~/.ssh/known_hosts", "~/.ssh/known_hosts2"];
const GLOBAL_KNOWN_HOSTS = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"];
const DEFAULT_IDENTITIES = ["~/.ssh/id_rsa", "~/.ssh/id_ecdsa", "~/.ssh/id_ed25519"];

/**
 * How to reach a host, from its rendered `ansible_*` variables. Variables win over options of the command line, as in
 * Ansible; ssh's own options win over ssh_config.
 */
export function connectionOf(
  host: HostId,
  variables: { readonly [name: string]: Json },
  defaults: ConnectionDefaults,
): Outcome<ConnectionSettings> {
  const reader = new ConnectionReader(host, variables, defaults);
  const value = reader.settings();
  const { problems } = reader;
  return hasErrors(problems) ? { problems } : { value, problems };
}

class ConnectionReader {
  readonly problems: Diagnostic[] = [];
  private readonly host: HostId;
  private readonly variables: { readonly [name: string]: Json };
  private readonly defaults: ConnectionDefaults;

  constructor(
    host: HostId,
    variables: { readonly [name: string]: Json },
    defaults: ConnectionDefaults,
  ) {
    this.host = host;
    this.variables = variables;
    this.defaults = defaults;
  }

  settings(): ConnectionSettings {
    const shell = this.text("shell") ?? "/bin/sh";
    const become = this.become();
    return this.kind() === "local" ? { kind: "local", shell, become } : this.ssh(shell, become);
  }

  private kind(): "ssh" | "local" {
    const written = this.text("connection") ?? this.defaults.connection ?? "ssh";
    const kind = written.replace(/^ansible\.(?:builtin|legacy)\./, "");
    if (kind === "local") return "local";
    if (!["ssh", "smart", "paramiko", "paramiko_ssh"].includes(kind)) {
      this.say("connection", `ansible_connection ${written} is not known`, "It is ssh or local.");
    }
    return "ssh";
  }

  private ssh(shell: string, become: BecomeSettings): ConnectionSettings {
    const { defaults } = this;
    const given = this.options();
    const named = this.text("host") ?? this.host;
    const config = defaults.sshConfig?.(named, given.configFile) ?? { identities: [] };
    const user = this.text("user") ?? defaults.user ?? given.user ?? config.user;
    const alias = given.hostKeyAlias ?? config.hostKeyAlias;
    const password = this.secretOf("password") ?? defaults.login;
    const agent = this.agent(given.agent ?? config.agent);
    const identities = this.identities(given, config);
    const knownHosts = this.knownHosts(given, config);
    const connectTimeoutMs = this.timeout(given.connectTimeoutMs ?? config.connectTimeoutMs);
    const jumps = jumpsOf(
      { proxyJump: given.proxyJump, proxyCommand: given.proxyCommand },
      { proxyJump: config.proxyJump, proxyCommand: config.proxyCommand },
      {
        home: defaults.home,
        lookup: (destination) => defaults.sshConfig?.(destination, given.configFile),
        template: {
          kind: "ssh",
          address: "",
          port: 22,
          knownHosts,
          hostKeys: "strict",
          identities,
          identitiesOnly: false,
          ...(agent === undefined ? {} : { agent }),
          jumps: [],
          connectTimeoutMs,
          shell: "/bin/sh",
          become: { method: "sudo", user: "root", exe: "sudo", flags: [] },
        },
      },
    );
    for (const wrong of jumps.wrong) this.say("jump", wrong.summary, wrong.hint);
    return {
      kind: "ssh",
      address: given.host ?? config.host ?? named,
      port: this.port() ?? defaults.port ?? given.port ?? config.port ?? 22,
      ...(user === undefined ? {} : { user }),
      ...(alias === undefined ? {} : { hostKeyAlias: alias }),
      knownHosts,
      hostKeys: this.hostKeys(given, config),
      identities,
      identitiesOnly: given.identitiesOnly ?? config.identitiesOnly ?? false,
      ...(agent === undefined ? {} : { agent }),
      ...(password === undefined ? {} : { password }),
      jumps: jumps.hops,
      connectTimeoutMs,
      shell,
      become,
    };
  }

  /** The first of ssh_args, common and extra arguments that sets something decides, as for ssh. */
  private options(): SshOptions {
    const { defaults } = this;
    const parts = [
      ["ansible_ssh_args", this.text("args") ?? defaults.sshArgs],
      ["ansible_ssh_common_args", this.text("commonArgs") ?? defaults.sshCommonArgs],
      ["ansible_ssh_extra_args", this.text("extraArgs") ?? defaults.sshExtraArgs],
    ] as const;
    let merged: SshOptions = { identities: [] };
    for (const [name, line] of parts) {
      if (line === undefined) continue;
      const { options, unknown, wrong } = readSshOptions(line);
      for (const one of wrong) this.say("ssh-args", `${name}: ${one}`);
      for (const one of unknown) {
        this.warn("ssh-option", `${name}: the ssh option ${one} has no effect here`);
      }
      const identities = [...merged.identities, ...options.identities];
      merged = { ...options, ...merged, identities };
    }
    return merged;
  }

  private port(): number | undefined {
    const value = this.value("port");
    if (value === undefined) return undefined;
    const port = typeof value === "string" && /^\d+$/.test(value.trim()) ? Number(value) : value;
    if (typeof port === "number" && Number.isInteger(port) && port > 0 && port < 65536) return port;
    this.say(
      "port",
      `ansible_port ${JSON.stringify(value)} is not a port`,
      "It is between 1 and 65535.",
    );
    return undefined;
  }

  private timeout(ofSsh: number | undefined): number {
    const seconds = Number(this.value("timeout") ?? this.defaults.timeoutSeconds ?? Number.NaN);
    if (seconds > 0) return seconds * 1000;
    return ofSsh ?? DEFAULT_TIMEOUT_SECONDS * 1000;
  }

  /** Named keys are the only ones; else those of ssh_config; else those that ssh tries without being told. */
  private identities(given: SshOptions, config: SshOptions): readonly string[] {
    const key = this.text("privateKey") ?? this.defaults.privateKey;
    const named = [...(key === undefined ? [] : [key]), ...given.identities];
    const chosen = named.length > 0 ? named : config.identities;
    return (chosen.length > 0 ? chosen : DEFAULT_IDENTITIES).map((path) => this.path(path));
  }

  private knownHosts(given: SshOptions, config: SshOptions): readonly string[] {
    const own = given.knownHosts ?? config.knownHosts ?? DEFAULT_KNOWN_HOSTS;
    const shared = given.globalKnownHosts ?? config.globalKnownHosts ?? GLOBAL_KNOWN_HOSTS;
    return [...own, ...shared].map((path) => this.path(path));
  }

  private hostKeys(given: SshOptions, config: SshOptions): "strict" | "accept-new" | "off" {
    if (given.hostKeys !== undefined) return given.hostKeys;
    const checking = this.boolean("hostKeyChecking") ?? this.defaults.hostKeyChecking;
    return checking === false ? "off" : (config.hostKeys ?? "strict");
  }

  private agent(named: string | undefined): string | undefined {
    if (named === "none") return undefined;
    if (named === undefined || named === "SSH_AUTH_SOCK") return this.defaults.agent;
    return this.path(named);
  }

  private become(): BecomeSettings {
    const method = (this.text("becomeMethod") ?? this.defaults.becomeMethod ?? "sudo").replace(
      /^ansible\.builtin\./,
      "",
    );
    if (method !== "sudo") {
      this.say("become-method", `ansible_become_method ${method} is not known`, "Only sudo is.");
    }
    const password = this.secretOf("becomePassword") ?? this.defaults.becomePassword;
    const flags = this.text("becomeFlags");
    return {
      method: "sudo",
      user: this.text("becomeUser") ?? this.defaults.becomeUser ?? "root",
      exe: this.text("becomeExe") ?? "sudo",
      // Ansible's own default flags (-H -S -n) are ours to decide.
      flags:
        flags === undefined
          ? []
          : flags.split(/\s+/).filter((flag) => !/^(?:|-[HSn]+)$/.test(flag)),
      ...(password === undefined ? {} : { password }),
    };
  }

  private value(what: keyof typeof NAMES): Exclude<Json, null> | undefined {
    const name = NAMES[what].findLast((one) => (this.variables[one] ?? null) !== null);
    return name === undefined ? undefined : (this.variables[name] ?? undefined);
  }

  private text(what: keyof typeof NAMES): string | undefined {
    const value = this.value(what);
    if (value === undefined || value === "") return undefined;
    if (typeof value === "string") return value;
    if (typeof value === "number") return String(value);
    this.say("variable", `${NAMES[what].join(" or ")} of ${this.host} is not a text`);
    return undefined;
  }

  private secretOf(what: "password" | "becomePassword"): Secret | undefined {
    const text = this.text(what);
    return text === undefined ? undefined : secret(text);
  }

  private boolean(what: keyof typeof NAMES): boolean | undefined {
    const value = this.value(what);
    if (value === undefined || typeof value === "boolean") return value;
    return /^(?:true|yes|on|1|y|t)$/i.test(this.text(what) ?? "");
  }

  private path(path: string): string {
    const home = path === "~" || path.startsWith("~/") ? this.defaults.home + path.slice(1) : path;
    return home.replaceAll("%d", this.defaults.home);
  }

  private say(word: string, summary: string, hint?: string): void {
    this.problems.push({
      code: `inventory/${word}`,
      severity: "error",
      summary: `${this.host}: ${summary}`,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  private warn(word: string, summary: string): void {
    this.problems.push({
      code: `inventory/${word}`,
      severity: "warning",
      summary: `${this.host}: ${summary}`,
    });
  }
}
