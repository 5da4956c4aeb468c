/** What survives `JSON.parse(JSON.stringify(x))` unchanged. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object, as opposed to any other JSON value. */
export type JsonObject = { readonly [key: string]: Json };
