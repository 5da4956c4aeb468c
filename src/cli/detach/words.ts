/** What a detached run and who started it say to each other until it has begun. */

/** In the environment of a process that was started by `--detach`: `interactive` where somebody is at the terminal. */
export const LAUNCHED = "RUNBOOK_LAUNCHED";

export type FromLaunched =
  | { readonly kind: "ask"; readonly text: string; readonly echo: "shown" | "hidden" }
  | { readonly kind: "begun"; readonly run: string };

export interface ToLaunched {
  /** Null: nobody answered. */
  readonly answer: string | null;
}
