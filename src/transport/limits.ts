/** Figures that tests and unusual sites may change. */
export interface TransportLimits {
  /** How long a read waits for a lost host to come back. */
  readonly readPatienceMs: number;
  /** How long the follower of a job waits for a lost host to come back. */
  readonly jobPatienceMs: number;
  /** How much of each output stream of one command is kept. */
  readonly outputBytes: number;
  readonly channelsPerConnection: number;
  /** Connections to one server that have not logged in yet. */
  readonly halfOpenPerServer: number;
  readonly keepaliveIntervalMs: number;
  readonly keepaliveCount: number;
  /** Where root keeps jobs and locks on a host. */
  readonly stateRoot: string;
  /** How long a job has to end by itself after TERM. */
  readonly killGraceMs: number;
  readonly firstRetryMs: number;
  readonly mostRetryMs: number;
}

export const DEFAULT_LIMITS: TransportLimits = {
  readPatienceMs: 60_000,
  jobPatienceMs: 600_000,
  outputBytes: 16 * 1024 * 1024,
  channelsPerConnection: 4,
  halfOpenPerServer: 8,
  keepaliveIntervalMs: 5_000,
  keepaliveCount: 3,
  stateRoot: "/var/lib/runbook",
  killGraceMs: 5_000,
  firstRetryMs: 200,
  mostRetryMs: 5_000,
};
