/** Spans of time that follow each other: which one a run goes on in, and waiting for it. */
import { deadlines } from "../engine/deadline.ts";
import type { End } from "../engine/decide.ts";
import type { StopWish } from "../engine/execute.ts";
import { laneOf } from "../engine/fold.ts";
import { resumeRun } from "../engine/resuming.ts";
import type { Running } from "../engine/running.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { OpenSpan } from "../model/run-spec.ts";
import { windowText } from "../report/window-text.ts";
import { sayRefusals } from "./refusals.ts";
import type { Terminal } from "./terminal.ts";
import { givenSpan, isRecurring, spanAt } from "./window-instants.ts";
import { watchingDns } from "./watching-dns.ts";

/** Also how soon a clock that was set is noticed. */
const LOOK_AGAIN_MS = 30_000;

/** Before a plan is accepted; empty where there is no window. */
export function sayWindow({ state, clock }: Running, terminal: Terminal): void {
  const { spec, window } = state;
  if (!window) return;
  const nowMs = clock.now();
  const todo = new Set(spec.hosts.filter((host) => laneOf(state, host).atGoal !== true));
  const text = windowText(
    { span: window, nowMs, ...deadlines(spec, window, todo, nowMs) },
    terminal.paint,
  );
  terminal.out(`${text}\n`);
}

/** A resume in the span that the operator gives, else in that of the playbook which is open now or opens next. */
export async function renewWindow(
  running: Running,
  given: string | undefined,
): Promise<readonly Diagnostic[]> {
  const { state, clock, program } = running;
  const { window } = program.run.playbook.rollout;
  const nowMs = clock.now();
  const { who } = state.spec;
  if (given !== undefined) {
    const span = givenSpan(given, window, nowMs);
    if (span.value === undefined) return span.problems;
    const set = span.value === "none" ? null : span.value;
    await running.append({ type: "window-set", window: set, who });
    return [];
  }
  const own = state.window;
  if (own && window && nowMs >= own.closesAt && isRecurring(window))
    await running.append({ type: "window-set", window: spanAt(window, nowMs), who });
  return [];
}

/** Goes on in the windows that follow, as long as there are some; each time as carefully as a resume. */
export async function throughWindows(
  running: Running,
  wish: StopWish,
  terminal: Terminal,
  first: End,
): Promise<End> {
  let end = first;
  for (;;) {
    if (end.kind !== "stopped" || end.why !== "window") return end;
    const next = nextSpan(running);
    if (!next) return end;
    await running.append({ type: "run-stopped", why: end.why, text: end.text });
    await running.append({ type: "window-set", window: next, who: running.who });
    terminal.err(`${end.text}. Waiting for the window ${next.text}.\n`);
    if (!(await isOpenAt(running, wish, next.opensAt)))
      return { kind: "stopped", why: "interrupted", text: "stopped by the operator" };
    const resumed = await watchingDns(running, () => resumeRun(running, wish, []));
    sayRefusals(resumed.refusals, terminal);
    end = resumed.end ?? { kind: "stopped", why: "failed", text: "a precondition does not hold" };
  }
}

/** Undefined: there is none in which what is left to do could fit. */
function nextSpan({ state, program, clock }: Running): OpenSpan | undefined {
  const { window } = program.run.playbook.rollout;
  const own = state.window;
  const nowMs = clock.now();
  if (!own) return undefined;
  if (nowMs < own.opensAt) return own;
  if (!window || !isRecurring(window)) return undefined;
  const next = spanAt(window, Math.max(nowMs, own.closesAt));
  const waiting = state.spec.hosts.find((host) => {
    const lane = laneOf(state, host);
    return lane.begun === undefined && lane.atGoal !== true && !lane.lost && !lane.dropped;
  });
  const needs = waiting === undefined ? undefined : state.spec.expectedMs?.[waiting];
  return needs !== undefined && needs > next.closesAt - next.opensAt ? undefined : next;
}

/** Without connections meanwhile; the locks stay. False: an interrupt came first. */
async function isOpenAt(running: Running, wish: StopWish, opensAt: number): Promise<boolean> {
  const hosts = new Set([...running.state.lockedHosts, ...running.state.spec.hosts]);
  await Promise.all([...hosts].map((host) => running.transport.connection(host).rest()));
  for (;;) {
    const left = opensAt - running.clock.now();
    if (left <= 0) return true;
    const sleep = running.clock.sleep(Math.min(left, LOOK_AGAIN_MS), running.signal);
    await Promise.race([sleep, wish.raised()]);
    if (wish.level > 0 || running.signal.aborted) return false;
  }
}
