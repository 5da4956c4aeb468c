import type { Plugin } from "../plugin.ts";
import { FILE_TESTS } from "./files.ts";
import { RESULT_TESTS } from "./results.ts";
import { TEXT_TESTS } from "./text.ts";
import { VALUE_TESTS } from "./values.ts";

/** All tests by name. */
export const TESTS: ReadonlyMap<string, Plugin> = new Map(
  [VALUE_TESTS, RESULT_TESTS, TEXT_TESTS, FILE_TESTS].flatMap((group) => Object.entries(group)),
);
