import type { Value } from "../model/value.ts";
import { print } from "./values/print.ts";
import { readValue } from "./variables.ts";

/** What Python's `str()` makes of a value in which nothing is encrypted; templates are printed as they are written. */
export function printValue(value: Value): string {
  return print(
    readValue(value, {
      template: (source) => source,
      secret: () => {
        throw new TypeError("a vault value must be decrypted first");
      },
      known: () => undefined,
    }),
  );
}
