// Parameters that Ansible's module of the same name knows by another name, or has and the step has not.
import type { Answer } from "./ansible-words.ts";

/** Aliases that Ansible's documentation lists; here everything has one name. */
const OTHER_NAMES: { readonly [step: string]: { readonly [word: string]: string } } = {
  file: { dest: "path", name: "path" },
  stat: { dest: "path", name: "path" },
  lineinfile: { dest: "path", destfile: "path", name: "path", value: "line", regex: "regexp" },
  package: { pkg: "name", "update-cache": "update_cache" },
  service: { unit: "name", service: "name" },
  uri: { user: "url_username", password: "url_password" },
};

const NO_NEED: { readonly [word: string]: string } = {
  unsafe_writes: "Files are always replaced in one rename.",
  warn: "There is nothing to silence: leave it out.",
  use: "What manages units and packages is found by itself: leave it out.",
  sleep: "A unit that is restarted is watched for a moment by itself: leave it out.",
  cache_valid_time: "Package lists are read once in a run: leave it out.",
  get_md5: "Use `get_checksum` and `checksum_algorithm`.",
  directory_mode: "Make the folders with `file: { state: directory, mode: … }` first.",
  local_follow: "Links on the controller are followed: leave it out.",
  attributes: "Use `command: chattr …` with `inverse:`.",
  attr: "Use `command: chattr …` with `inverse:`.",
  masked: "Use `held: true`: it cannot be started by anything until it is released.",
};

/** What to write instead of a parameter that the step does not have. */
export function ansibleParameter(
  step: string,
  known: readonly string[],
  word: string,
): Answer | undefined {
  const names = Object.hasOwn(OTHER_NAMES, step) ? OTHER_NAMES[step] : undefined;
  const name = names && Object.hasOwn(names, word) ? names[word] : undefined;
  if (name !== undefined && known.includes(name)) {
    return {
      summary: `Ansible's "${word}" of ${step} is called "${name}" here`,
      hint: `Write \`${name}:\`; every parameter has one name.`,
    };
  }
  const hint = Object.hasOwn(NO_NEED, word) ? NO_NEED[word] : undefined;
  return hint === undefined
    ? undefined
    : { summary: `${step} has no "${word}", which Ansible's module has`, hint };
}
