/** What `register:` keeps, in Ansible's words. */
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Json, JsonObject } from "../model/json.ts";
import { objectOf } from "./scope.ts";

export function registeredOk(seen: Json | undefined, changed: boolean): JsonObject {
  return { ...objectOf(seen), changed, failed: false };
}

export function registeredSkip(why: string): JsonObject {
  return { changed: false, failed: false, skipped: true, skip_reason: why };
}

export function registeredFailure(seen: Json | undefined, diagnostic: Diagnostic): JsonObject {
  return { ...objectOf(seen), changed: false, failed: true, msg: diagnostic.summary };
}
