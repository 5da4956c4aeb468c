/** `--format ndjson`: lines for programs go to standard output, and everything for people to standard error. */
import type { Terminal } from "./terminal.ts";

export type StreamFormat = "text" | "ndjson";

/** The terminal as a command sees it whose standard output belongs to programs. */
export function besideStream(terminal: Terminal, format: StreamFormat | undefined): Terminal {
  if (format !== "ndjson") return terminal;
  const { show: _, ...rest } = terminal;
  return {
    ...rest,
    paint: terminal.errPaint,
    columns: undefined,
    out: (text) => terminal.err(text),
    // What is masked is known to the terminal that writes.
    get mask() {
      return terminal.mask;
    },
    set mask(mask) {
      terminal.mask = mask;
    },
  };
}
