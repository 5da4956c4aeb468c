/** Keeps the live view in step with a run. */
import type { Reporter } from "../model/event.ts";
import type { Playbook } from "../model/playbook.ts";
import { liveLines } from "./live-view.ts";
import type { ViewSize } from "./live-view.ts";
import { outlineOf } from "./outline.ts";
import type { Paint } from "./paint.ts";
import { createProgress } from "./progress.ts";

export interface LiveOptions {
  readonly playbook: Playbook;
  readonly paint: Paint;
  readonly clean: (text: string) => string;
  readonly now: () => number;
  /** Shows what is handed to it beneath everything that is written, until it is disposed. */
  readonly show: (frame: (size: ViewSize) => readonly string[]) => ShownView;
}

/** A view on a screen: `changed` asks for it to be drawn again soon. */
export interface ShownView extends Disposable {
  changed(): void;
}

export function createLiveReporter({ playbook, now, show, ...look }: LiveOptions): Reporter {
  const outline = outlineOf(playbook);
  const progress = createProgress(outline, now);
  const shown = show((size) => liveLines(progress, size, now(), { outline, ...look }));
  return {
    entry(line, after) {
      progress.entry(line, after);
      shown.changed();
    },
    event(event) {
      progress.event(event);
      shown.changed();
    },
    close: () => shown[Symbol.dispose](),
  };
}
