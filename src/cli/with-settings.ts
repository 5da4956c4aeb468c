import type { RunOptions } from "./options.ts";
import type { SettingName, Settings } from "./settings.ts";

/** Options that the command line left out, as environment and `ansible.cfg` have them; a journal keeps them with the run. */
export function withSettings(options: RunOptions, settings: Settings): RunOptions {
  const set = (option: keyof RunOptions, name: SettingName, path = false) => {
    const value = path ? settings.path(name) : settings.text(name);
    return options[option] === undefined && value !== undefined ? { [option]: value } : {};
  };
  return {
    ...options,
    ...set("user", "remoteUser"),
    ...set("port", "remotePort"),
    ...set("privateKey", "privateKey", true),
    ...set("timeout", "timeout"),
    ...set("forks", "forks"),
    ...set("sshArgs", "sshArgs"),
    ...set("sshCommonArgs", "sshCommonArgs"),
    ...set("sshExtraArgs", "sshExtraArgs"),
    ...set("becomeUser", "becomeUser"),
    ...set("becomeMethod", "becomeMethod"),
    ...(options.become === undefined && settings.flag("become") === true && { become: true }),
  };
}
