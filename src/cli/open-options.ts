import type { JsonObject } from "../model/json.ts";
import type { ConnectionOptions } from "./options.ts";

const OPEN = [
  "user",
  "privateKey",
  "connection",
  "timeout",
  "reconnectTimeout",
  "port",
  "sshArgs",
  "sshCommonArgs",
  "sshExtraArgs",
  "become",
  "becomeUser",
  "becomeMethod",
  "becomePasswordFile",
] as const satisfies readonly (keyof ConnectionOptions)[];

/** Connection options that are not secret: a journal keeps them, so that a resume connects as the run did. */
export function openOptions(options: ConnectionOptions): JsonObject {
  return Object.fromEntries(
    OPEN.flatMap((name) => {
      const value = options[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
