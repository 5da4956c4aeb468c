/** Who a task is on a host: the login, or another user. */
import type { HostId } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import type { Task } from "../model/playbook.ts";
import type { Identity } from "../model/transport.ts";
import type { Scope, Value } from "../model/value.ts";
import type { Running } from "./running.ts";

/** Ansible's order: task, playbook, inventory. */
export function identityIn(running: Running, scope: Scope, task?: Task): Identity {
  const { playbook } = running.program.run;
  const become = firstRendered(running, scope, [
    task?.become,
    playbook.become,
    variable(scope, "ansible_become"),
  ]);
  const user = firstRendered(running, scope, [
    task?.becomeUser,
    playbook.becomeUser,
    variable(scope, "ansible_become_user"),
  ]);
  if (become !== true && become !== "yes" && become !== "true" && become !== "True")
    return { kind: "login" };
  return { kind: "become", user: typeof user === "string" ? user : "root" };
}

function variable(scope: Scope, name: string): Value | undefined {
  return scope.some((layer) => Object.hasOwn(layer.values, name)) ? `{{ ${name} }}` : undefined;
}

function firstRendered(
  running: Running,
  scope: Scope,
  values: readonly (Value | undefined)[],
): Json | undefined {
  for (const value of values) {
    if (value === undefined) continue;
    const rendered = running.renderer.value(value, scope);
    if (rendered.kind === "rendered") return rendered.value;
  }
  return undefined;
}

/** Who a run is on a host when no task says otherwise: takes locks. */
export function hostIdentity(running: Running, host: HostId): Identity {
  return identityIn(running, running.state.spec.scopes[host] ?? []);
}
