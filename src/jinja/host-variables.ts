import type { Scope } from "../model/value.ts";
import type { HostScopes } from "./settings.ts";
import { Dict } from "./values/datum.ts";

/** `hostvars`: the variables of each host, rendered in its own scope, and only those that are read. */
export function hostVariables(
  hosts: HostScopes,
  renderingOf: (scope: Scope) => { allVariables(): Dict },
): Dict {
  return new Dict({
    names: () => hosts.names,
    read: (name) => {
      const scope = hosts.names.includes(name) ? hosts.scopeOf(name) : undefined;
      return scope === undefined ? undefined : renderingOf(scope).allVariables();
    },
  });
}
