/** A validator as ajv writes one: false, and then `errors` says why. */
export interface ReadyMade {
  (value: unknown): unknown;
  readonly errors?: unknown;
}

/**
 * Validators that were written before the program was started, by `schemaKey`. Empty where the modules run as they are;
 * the build puts in its place what `known-schemas.ts` wrote, and each is read when it is first needed.
 */
export const readyMade: { readonly [key: string]: () => ReadyMade } = {};
