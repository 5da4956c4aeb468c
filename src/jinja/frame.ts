import type { Locals } from "./locals.ts";
import type { Machine } from "./machine.ts";
import type { Body } from "./syntax/ast.ts";

/** Where evaluation stands: which names it sees, and the template that it is in. */
export interface Frame {
  readonly machine: Machine;
  readonly locals: Locals;
  readonly template: TemplateFrame;
}

/** One template file or string on its way to text. */
export interface TemplateFrame {
  /** False for a template imported without context: it sees its own names and the globals only. */
  readonly seesVariables: boolean;
  /** What each block prints, the most derived template first. */
  readonly blocks: Map<string, Body[]>;
  /** The names of the template itself: all that a block sees unless it is `scoped`. */
  readonly top: Locals;
  /** The parsed template named by `extends`, once that tag was met. */
  parent: Body | undefined;
}

export function templateFrame(top: Locals, seesVariables = true): TemplateFrame {
  return { top, seesVariables, blocks: new Map(), parent: undefined };
}

export function inner(frame: Frame, locals: Locals): Frame {
  return { machine: frame.machine, locals, template: frame.template };
}
