/**
 * The last lines of a terminal as a view that is drawn over, with everything that is written passing above it for good.
 * Between two frames the cursor rests at the start of the view: a terminal that was made narrower and wraps its lines
 * anew keeps the cursor with them, so the view is always what lies from the cursor to the end of the screen.
 */
import type { ShownView } from "../report/live.ts";
import type { ViewSize } from "../report/live-view.ts";

/** What the screen needs of a stream: `tty.WriteStream` has it. */
export interface ScreenStream {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  on(event: "resize", listener: () => void): unknown;
  off(event: "resize", listener: () => void): unknown;
}

interface View {
  readonly frame: (size: ViewSize) => readonly string[];
  /** The last door before the terminal. */
  readonly safe: (text: string) => string;
}

export interface LiveScreen {
  /** One view at a time. */
  show(frame: View["frame"], safe: View["safe"]): ShownView;
  /** Above the view, for good. */
  print(text: string): void;
  /** Gives the screen to somebody who asks; what is printed meanwhile follows when they are done. */
  suspend(): Disposable;
}

const ESC = "\u001b[";
/** Terminals that know it show the frame at once; the others ignore it. */
const [ATOMIC_BEGIN, ATOMIC_END] = [`${ESC}?2026h`, `${ESC}?2026l`];
/** A line that is too long after all is cut by the terminal and does not push the others down. */
const [NO_WRAP, WRAP] = [`${ESC}?7l`, `${ESC}?7h`];
const SOON_MS = 60;
/** Clocks in the view go on although nothing happens. */
const TICK_MS = 1000;

export function createLiveScreen(stream: ScreenStream, env: NodeJS.ProcessEnv): LiveScreen {
  let view: View | undefined;
  let drawn: readonly string[] = [];
  let waiting = "";
  let suspended = 0;
  let next: { readonly timer: NodeJS.Timeout; readonly at: number } | undefined;
  const write = (text: string): void => {
    try {
      stream.write(text);
    } catch {
      // A terminal that went away takes its view with it; the run goes on.
    }
  };
  const rest = (): void => {
    clearTimeout(next?.timer);
    next = undefined;
  };
  /** However much happens, a frame is drawn when the first change has waited so long. */
  const within = (ms: number): void => {
    if (!view || suspended > 0) return;
    const at = Date.now() + ms;
    if (next && next.at <= at) return;
    rest();
    const timer = setTimeout(() => draw(false), ms);
    timer.unref();
    next = { timer, at };
  };
  const erase = (): string => (drawn.length > 0 ? `\r${ESC}J` : "");
  const draw = (afresh: boolean): void => {
    rest();
    if (!view || suspended > 0) return;
    const size = { columns: stream.columns || widthFrom(env), rows: stream.rows || 24 };
    const lines = view
      .frame(size)
      .slice(0, Math.max(0, size.rows - 1))
      .map(view.safe);
    const same = lines.length === drawn.length && lines.every((line, at) => line === drawn[at]);
    if (waiting !== "" || afresh || !same) {
      const above = waiting !== "" || afresh ? erase() + waiting : "\r";
      write(`${ATOMIC_BEGIN}${above}${frameText(lines)}${ATOMIC_END}`);
      [waiting, drawn] = ["", lines];
    }
    within(TICK_MS);
  };
  const leave = (): void => {
    rest();
    if (drawn.length > 0 || waiting !== "") write(erase() + waiting);
    [waiting, drawn] = ["", []];
  };
  const afresh = (): void => draw(true);
  // Stopped from the keyboard: the view is not left under the shell's prompt, and is back when the run goes on.
  const stopped = (): void => {
    leave();
    process.kill(process.pid, "SIGSTOP");
  };
  return {
    show(frame, safe) {
      view = { frame, safe };
      stream.on("resize", afresh);
      process.on("SIGTSTP", stopped);
      process.on("SIGCONT", afresh);
      process.on("exit", leave);
      return {
        changed: () => within(SOON_MS),
        [Symbol.dispose]: () => {
          leave();
          view = undefined;
          stream.off("resize", afresh);
          process.off("SIGTSTP", stopped);
          process.off("SIGCONT", afresh);
          process.off("exit", leave);
        },
      };
    },
    print(text) {
      if (!view) return write(text);
      waiting += text === "" || text.endsWith("\n") ? text : `${text}\n`;
      within(SOON_MS);
    },
    suspend() {
      if (suspended === 0) leave();
      suspended++;
      return {
        [Symbol.dispose]: () => {
          suspended--;
          draw(true);
        },
      };
    },
  };
}

/** Leaves the cursor where the first line begins. */
function frameText(lines: readonly string[]): string {
  if (lines.length === 0) return `${ESC}J`;
  const up = lines.length > 1 ? `${ESC}${lines.length - 1}A` : "";
  return `${NO_WRAP}${lines.map((line) => `${line}${ESC}K`).join("\r\n")}${ESC}J${up}\r${WRAP}`;
}

function widthFrom(env: NodeJS.ProcessEnv): number {
  const columns = Number(env["COLUMNS"]);
  return Number.isInteger(columns) && columns > 0 ? columns : 80;
}
