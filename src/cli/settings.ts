/** What neither option nor variable says: the environment (a `RUNBOOK_*` name before its `ANSIBLE_*` twin), then `ansible.cfg`. */
import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { readAnsibleCfg, type CfgValues } from "../inventory/ansible-cfg.ts";
import { errorCode, errorText } from "../lib/error-words.ts";
import type { Diagnostic, Place } from "../model/diagnostic.ts";

/** Name in the environment without its prefix, and the places in `ansible.cfg`. */
const SETTINGS = {
  inventory: ["INVENTORY", "defaults.inventory"],
  hashBehaviour: ["HASH_BEHAVIOUR", "defaults.hash_behaviour"],
  precedence: ["PRECEDENCE", "defaults.precedence"],
  duplicateKeys: ["DUPLICATE_YAML_DICT_KEY", "defaults.duplicate_dict_key"],
  groupNames: ["TRANSFORM_INVALID_GROUP_CHARS", "defaults.force_valid_group_names"],
  enabledPlugins: ["INVENTORY_ENABLED", "inventory.enable_plugins"],
  ignoredExtensions: [
    "INVENTORY_IGNORE",
    "defaults.inventory_ignore_extensions",
    "inventory.ignore_extensions",
  ],
  ignoredPatterns: [
    "INVENTORY_IGNORE_REGEX",
    "defaults.inventory_ignore_patterns",
    "inventory.ignore_patterns",
  ],
  anyUnparsedIsFailed: ["INVENTORY_ANY_UNPARSED_IS_FAILED", "inventory.any_unparsed_is_failed"],
  useExtraVars: ["INVENTORY_USE_EXTRA_VARS", "inventory_plugins.use_extra_vars"],
  patternMismatch: ["HOST_PATTERN_MISMATCH", "inventory.host_pattern_mismatch"],
  vaultPasswordFile: ["VAULT_PASSWORD_FILE", "defaults.vault_password_file"],
  vaultIdentity: ["VAULT_IDENTITY", "defaults.vault_identity"],
  vaultIdentityList: ["VAULT_IDENTITY_LIST", "defaults.vault_identity_list"],
  vaultEncryptIdentity: ["VAULT_ENCRYPT_IDENTITY", "defaults.vault_encrypt_identity"],
  vaultIdMatch: ["VAULT_ID_MATCH", "defaults.vault_id_match"],
  askVaultPass: ["ASK_VAULT_PASS", "defaults.ask_vault_pass"],
  remoteUser: ["REMOTE_USER", "defaults.remote_user"],
  remotePort: ["REMOTE_PORT", "defaults.remote_port"],
  privateKey: ["PRIVATE_KEY_FILE", "defaults.private_key_file"],
  timeout: ["TIMEOUT", "ssh_connection.timeout", "defaults.timeout"],
  forks: ["FORKS", "defaults.forks"],
  hostKeyChecking: [
    "HOST_KEY_CHECKING",
    "ssh_connection.host_key_checking",
    "defaults.host_key_checking",
  ],
  sshArgs: ["SSH_ARGS", "ssh_connection.ssh_args"],
  sshCommonArgs: ["SSH_COMMON_ARGS", "ssh_connection.ssh_common_args"],
  sshExtraArgs: ["SSH_EXTRA_ARGS", "ssh_connection.ssh_extra_args"],
  askPass: ["ASK_PASS", "defaults.ask_pass"],
  connectionPasswordFile: ["CONNECTION_PASSWORD_FILE", "defaults.connection_password_file"],
  become: ["BECOME", "privilege_escalation.become"],
  becomeUser: ["BECOME_USER", "privilege_escalation.become_user"],
  becomeMethod: ["BECOME_METHOD", "privilege_escalation.become_method"],
  becomeAskPass: ["BECOME_ASK_PASS", "privilege_escalation.become_ask_pass"],
  /** Ansible has no such setting; its `notify` is about handlers. */
  notify: ["NOTIFY"],
  becomePasswordFile: ["BECOME_PASSWORD_FILE", "defaults.become_password_file"],
} as const satisfies { readonly [name: string]: readonly [string, ...string[]] };

export type SettingName = keyof typeof SETTINGS;

/** Keys that would change what an inventory or a template says, and that are not obeyed. */
const NOT_OBEYED: ReadonlySet<string> = new Set([
  ...["inventory_plugins", "vars_plugins", "vars_plugins_enabled", "filter_plugins"],
  ...["test_plugins", "lookup_plugins", "jinja2_extensions", "stdout_callback", "strategy"],
  ...["playbook_vars_root", "error_on_undefined_vars"],
]);

export interface Settings {
  /** As written; nothing when it is neither in the environment nor in a file. */
  text(name: SettingName): string | undefined;
  flag(name: SettingName): boolean | undefined;
  list(name: SettingName): readonly string[] | undefined;
  /** Absolute: a path of a file is seen from the file's folder, one of the environment from the current folder. */
  path(name: SettingName): string | undefined;
  paths(name: SettingName): readonly string[] | undefined;
  /** Where a setting is given, for messages: a place in `ansible.cfg`, or the name of a variable. */
  origin(name: SettingName): string | undefined;
  readonly problems: readonly Diagnostic[];
}

interface Given {
  readonly text: string;
  readonly folder: string;
  readonly origin: string;
}

export function readSettings(env: NodeJS.ProcessEnv, folder: string): Settings {
  const problems: Diagnostic[] = [];
  const file = configFile(env, folder, problems);
  const values = file === undefined ? new Map<string, never>() : fromFile(file, problems);
  const given = (name: SettingName): Given | undefined => {
    const [word, ...keys] = SETTINGS[name];
    for (const variable of [`RUNBOOK_${word}`, `ANSIBLE_${word}`]) {
      const text = env[variable];
      if (text !== undefined && text !== "") return { text, folder, origin: variable };
    }
    for (const key of keys) {
      const found = values.get(key);
      if (found !== undefined && file !== undefined && found.text !== "") {
        return { text: found.text, folder: dirname(file), origin: placeText(found.at) };
      }
    }
    return undefined;
  };
  const list = (name: SettingName) =>
    given(name)
      ?.text.split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
  return {
    problems,
    text: (name) => given(name)?.text,
    flag: (name) => truth(given(name)?.text),
    list,
    path: (name) => {
      const found = given(name);
      return found && absolute(found.text, found.folder, env);
    },
    paths: (name) => {
      const found = given(name);
      return found && list(name)?.map((path) => absolute(path, found.folder, env));
    },
    origin: (name) => given(name)?.origin,
  };
}

/** The first that exists: the one that the environment names, the current folder's, the operator's, the machine's. */
function configFile(
  env: NodeJS.ProcessEnv,
  folder: string,
  problems: Diagnostic[],
): string | undefined {
  const named = env["RUNBOOK_CONFIG"] || env["ANSIBLE_CONFIG"];
  if (named) {
    const path = absolute(named, folder, env);
    const file = statSync(path, { throwIfNoEntry: false })?.isDirectory()
      ? join(path, "ansible.cfg")
      : path;
    if (exists(file)) return file;
  }
  const here = join(folder, "ansible.cfg");
  if (exists(here)) {
    const why = untrusted(folder, here);
    if (why === undefined) return here;
    problems.push({
      code: "cli/untrusted-config",
      severity: "warning",
      summary: `ansible.cfg is not read: ${why}`,
      hint: "Anybody there could choose the inventory and the programs that are started. Set ANSIBLE_CONFIG to read it nevertheless.",
      at: { file: here, line: 1, column: 1 },
    });
  }
  return [join(env["HOME"] ?? homedir(), ".ansible.cfg"), "/etc/ansible/ansible.cfg"].find(exists);
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Why a folder's `ansible.cfg` may have been put there by somebody else. */
function untrusted(folder: string, file: string): string | undefined {
  const { mode, uid } = statSync(folder);
  if ((mode & 0o002) !== 0) return "everybody may write into this folder";
  const own = process.getuid?.();
  const trusted = (owner: number) => own === undefined || owner === own || owner === 0;
  if (!trusted(uid)) return "this folder belongs to somebody else";
  return trusted(statSync(file).uid) ? undefined : "the file belongs to somebody else";
}

function fromFile(file: string, problems: Diagnostic[]): CfgValues {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const reason = errorCode(error) ?? errorText(error);
    problems.push({
      code: "cli/config",
      severity: "error",
      summary: `${file} cannot be read: ${reason}`,
    });
    return new Map();
  }
  const read = readAnsibleCfg(text, file);
  problems.push(...read.problems);
  for (const [key, { at }] of read.values) {
    const name = key.slice(key.indexOf(".") + 1);
    if (!NOT_OBEYED.has(name)) continue;
    problems.push({
      code: "cli/config",
      severity: "warning",
      summary: `${name} is not obeyed`,
      at,
    });
  }
  return read.values;
}

function absolute(path: string, folder: string, env: NodeJS.ProcessEnv): string {
  const expanded = path
    .replaceAll("{{CWD}}", process.cwd())
    .replace(/^~(?=\/|$)/, env["HOME"] ?? homedir())
    .replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (whole, a?: string, b?: string) => {
      return env[a ?? b ?? ""] ?? whole;
    });
  return resolve(folder, expanded);
}

function truth(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  return /^(?:y|yes|on|1|1\.0|true|t)$/i.test(text.trim());
}

function placeText({ file, line }: Place): string {
  return `${file}:${String(line)}`;
}
