import type { Scope } from "../model/value.ts";
import type { HostScopes } from "./settings.ts";
import { Deferred, Dict } from "./values/datum.ts";

/** `hostvars`: the variables of each host, rendered in its own scope, and only those that are read. */
export function hostVariables(
  hosts: HostScopes,
  renderingOf: (scope: Scope) => { allVariables(): Dict },
): Dict {
  return new Dict(
    hosts.names.map((name) => {
      const variables = new Deferred(() => {
        const scope = hosts.scopeOf(name);
        return scope === undefined ? new Dict() : renderingOf(scope).allVariables();
      });
      return [name, variables] as const;
    }),
  );
}
