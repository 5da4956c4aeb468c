/** How a daemon and what keeps it talk. */
export interface DaemonSetting {
  /** A line for the journal. */
  say(line: string): void;
  /** It has ended by itself. */
  exited(code: number): void;
}

/** A program that runs until it is stopped or fails. */
export interface Daemon {
  /** Ends at once, as a kill does; nothing of it runs afterwards. */
  kill(): void;
}

export type Started =
  | { readonly kind: "running"; readonly daemon: Daemon }
  | { readonly kind: "failed"; readonly code: number };

export type StartDaemon = (setting: DaemonSetting) => Started;
