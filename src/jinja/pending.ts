import { UnsafeText } from "../model/value.ts";
import type { Value } from "../model/value.ts";

/**
 * Stands in a layer for what a plan cannot know yet, such as the answer of a task that has not run. Any use of it makes
 * the whole rendering unknown. Recognized by identity.
 */
export const PENDING: Value = new UnsafeText("(not known before the run)");
