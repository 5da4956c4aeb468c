import type { Place } from "../model/diagnostic.ts";
import type { Rendered } from "../model/rendering.ts";
import type { Scope } from "../model/value.ts";
import { printPiece } from "./concat.ts";
import { guarded } from "./rendered.ts";
import { Rendering } from "./rendering.ts";
import type { RenderSettings } from "./settings.ts";
import { isTemplate } from "./syntax/delimiters.ts";
import { notAValue } from "./to-json.ts";
import { Callable, Nothing, Omit, Range, Thing } from "./values/datum.ts";

/** Renders the text of a template file, as the `template` step writes it. */
export function renderText(
  text: string,
  scope: Scope,
  settings: RenderSettings,
  at?: Place,
): Rendered<string> {
  const rendering = new Rendering(scope, settings);
  return guarded(
    text,
    at,
    () => rendering.offset,
    () => {
      // Without anything to evaluate a file is left as it is, line ends included.
      if (!isTemplate(text)) return { kind: "rendered", value: text };
      const value = rendering.template(text, "text");
      if (value instanceof Omit) return { kind: "omitted" };
      const printable =
        value instanceof Range ||
        value instanceof Callable ||
        value instanceof Thing ||
        value instanceof Nothing;
      if (printable) throw notAValue(value);
      return { kind: "rendered", value: printPiece(value) };
    },
  );
}
