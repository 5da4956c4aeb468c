/** Marks a branch that the types make impossible. */
export function assertNever(value: never): never {
  throw new Error(`impossible: ${JSON.stringify(value)}`);
}
