import type { Value } from "../model/value.ts";
import { print } from "./values/print.ts";
import { readValue } from "./variables.ts";

/** What Python's `str()` makes of a value; templates are printed as they are written, what is encrypted is not shown. */
export function printValue(value: Value): string {
  return print(
    readValue(value, {
      template: (source) => source,
      secret: () => "•••",
      known: () => undefined,
    }),
  );
}
