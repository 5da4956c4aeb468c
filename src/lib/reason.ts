/** What an unknown thrown value says. By shape, not by class: errors of Node's core may come from another realm. */
export function reasonOf(problem: unknown): string {
  const message = fieldOf(problem, "message");
  return typeof message === "string" && message !== "" ? message : String(problem);
}

export function fieldOf(problem: unknown, name: string): unknown {
  return typeof problem === "object" && problem !== null ? Reflect.get(problem, name) : undefined;
}
