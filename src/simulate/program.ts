/** What a shell on a host asked a simulated program. */
export interface Asked {
  readonly program: string;
  readonly words: readonly string[];
  /** Who asks, as `sudo` and `runuser` of the host have it. */
  readonly user: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly stdin: string;
  /** Where a path of the host really is. */
  readonly path: (path: string) => string;
}

/** What it answers; nothing and exit status 0 where nothing is said. */
export interface Said {
  readonly code?: number;
  readonly out?: string;
  readonly err?: string;
}

export type Program = (asked: Asked) => Said | Promise<Said>;
