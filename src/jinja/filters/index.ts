import type { Plugin } from "../plugin.ts";
import { COMBINATORICS_FILTERS } from "./combinatorics.ts";
import { COMMENT_FILTERS } from "./comment.ts";
import { DEFAULT_FILTERS } from "./defaults.ts";
import { DICT_FILTERS } from "./dicts.ts";
import { ENCODE_FILTERS } from "./encode.ts";
import { LIST_FILTERS } from "./lists.ts";
import { NUMBER_FILTERS } from "./numbers.ts";
import { PATH_FILTERS } from "./paths.ts";
import { RANDOM_FILTERS } from "./random.ts";
import { REGEX_FILTERS } from "./regex.ts";
import { SELECT_FILTERS } from "./select.ts";
import { SERIALIZE_FILTERS } from "./serialize.ts";
import { SET_FILTERS } from "./sets.ts";
import { SIZE_FILTERS } from "./sizes.ts";
import { TEXT_FILTERS } from "./text.ts";
import { TIME_FILTERS } from "./times.ts";
import { URL_FILTERS } from "./urls.ts";

/** All filters by name. */
export const FILTERS: ReadonlyMap<string, Plugin> = new Map(
  [
    COMBINATORICS_FILTERS,
    COMMENT_FILTERS,
    DEFAULT_FILTERS,
    DICT_FILTERS,
    ENCODE_FILTERS,
    LIST_FILTERS,
    NUMBER_FILTERS,
    PATH_FILTERS,
    RANDOM_FILTERS,
    REGEX_FILTERS,
    SELECT_FILTERS,
    SERIALIZE_FILTERS,
    SET_FILTERS,
    SIZE_FILTERS,
    TEXT_FILTERS,
    TIME_FILTERS,
    URL_FILTERS,
  ].flatMap((group) => Object.entries(group)),
);
