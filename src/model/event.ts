import type { HostId, HostTask, TaskId } from "./ids.ts";
import type { JournalLine } from "./journal-entry.ts";
import type { RunState } from "./run-state.ts";

/** Something said while running; may be lost. What must not be lost is a journal entry. */
export type RunEvent =
  | { readonly type: "connecting"; readonly hosts: readonly HostId[] }
  | { readonly type: "looking"; readonly at: "goal" | "preflight" | "plan"; readonly hosts: number }
  | { readonly type: "task-begun"; readonly of: HostTask; readonly name: string }
  | {
      readonly type: "waiting";
      readonly host: HostId;
      readonly task: TaskId;
      readonly for: string;
      readonly untilMs: number;
    }
  | { readonly type: "said"; readonly host: HostId; readonly task?: TaskId; readonly text: string }
  | { readonly type: "stopping"; readonly level: 1 | 2 | 3 };

/** Turns what happens into output. A reporter that throws is cut off and noted; it can never change a run (V1). */
export interface Reporter {
  entry(line: JournalLine, after: RunState): void;
  event(event: RunEvent): void;
  /** Somebody is asked, and the run waits for the answer. */
  asked?(text: string): void;
  /** Called once, when nothing more will come. */
  close?(): void;
  /** Called after that: what is still on its way gets a while, and none when the operator leaves at once. Never rejects. */
  drain?(signal: AbortSignal): Promise<void>;
}
