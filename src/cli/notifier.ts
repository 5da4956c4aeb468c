/** `notify:` while a run goes on: everything is sent beside it, one after the other for each receiver. */
import { buildProgram } from "../engine/program.ts";
import { standingOf } from "../engine/standing.ts";
import { asText } from "../lib/as-text.ts";
import type { Redactor } from "../lib/redact.ts";
import type { Clock } from "../model/clock.ts";
import type { Diagnostic, Outcome, Place } from "../model/diagnostic.ts";
import type { Reporter } from "../model/event.ts";
import type { Notice, NoticeMoment, Playbook } from "../model/playbook.ts";
import type { Renderer } from "../model/rendering.ts";
import type { RunSpec } from "../model/run-spec.ts";
import type { RunState } from "../model/run-state.ts";
import { createTellings, type Telling } from "../report/notice.ts";
import { outlineOf } from "../report/outline.ts";
import type { Receiver } from "./deliver.ts";
import { deliver } from "./deliver.ts";

export interface OpenNotice {
  readonly on: readonly NoticeMoment[];
  readonly to: Receiver;
  /** For people; an address is a secret beyond its host. */
  readonly name: string;
}

/** Renders `notify:`, of the playbook and of this machine, before anything connects. Addresses and keys are secret from then on. */
export function openNotices(
  notices: readonly Notice[],
  spec: RunSpec,
  renderer: Renderer,
  redactor: Redactor,
): Outcome<readonly OpenNotice[]> {
  const problems: Diagnostic[] = [];
  const text = (source: string, at: Place): string | undefined => {
    const rendered = renderer.value(source, spec.fleetScope, at);
    if (rendered.kind === "rendered") return asText(rendered.value);
    problems.push(rendered.kind === "problem" ? rendered.diagnostic : unrendered(at));
    return undefined;
  };
  const open = ({ at, on, to }: Notice): OpenNotice | undefined => {
    if (to.kind === "command") {
      const argv = to.argv.map((word) => text(word, at));
      if (!argv.every((word) => word !== undefined)) return undefined;
      const folder = spec.folders[0] ?? process.cwd();
      return { on, to: { kind: "command", argv, folder }, name: argv[0] ?? "" };
    }
    const address = text(to.address, at);
    const secret = to.secret === undefined ? undefined : text(to.secret, at);
    if (address === undefined || (to.secret !== undefined && secret === undefined))
      return undefined;
    if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
      problems.push(noAddress(at));
      return undefined;
    }
    const { origin, pathname, search } = new URL(address);
    if (pathname.length + search.length > 1) redactor.add(address);
    if (secret !== undefined) redactor.add(secret);
    const receiver = { kind: "webhook" as const, address };
    return { on, to: secret === undefined ? receiver : { ...receiver, secret }, name: origin };
  };
  const opened = notices.map(open).filter((one) => one !== undefined);
  return problems.length > 0 ? { problems } : { value: opened, problems };
}

function unrendered(at: Place): Diagnostic {
  return {
    code: "cli/notify",
    severity: "error",
    summary: "this entry of `notify:` needs what is not known before the run",
    hint: "Use inputs and variables of the playbook.",
    at,
  };
}

function noAddress(at: Place): Diagnostic {
  return {
    code: "cli/notify",
    severity: "error",
    summary: "the webhook is no http or https address",
    at,
  };
}

export interface NotifierParts {
  readonly notices: readonly OpenNotice[];
  readonly spec: RunSpec;
  readonly playbook: Playbook;
  readonly mask: (text: string) => string;
  readonly clock: Clock;
  readonly note: (text: string) => void;
}

/** When nothing more will come, what is under way gets so long. */
const LAST_WORDS_MS = 15_000;
/** A receiver that is this far behind hears of the end only by then. */
const LONGEST_QUEUE = 50;

export function createNotifier(parts: NotifierParts): Reporter {
  const { notices, spec, playbook, mask, clock } = parts;
  const program = buildProgram({ spec, playbook });
  const tellings = createTellings({
    playbook: playbook.name,
    outline: outlineOf(playbook),
    mask,
    standingOf: (lane) => standingOf(program, lane),
  });
  const gone = new AbortController();
  const noted = new Set<string>();
  const queues = notices.map((notice) => ({ notice, last: Promise.resolve(), length: 0 }));
  let known: RunState | undefined;
  const tell = (telling: Telling | undefined): void => {
    if (!telling) return;
    for (const queue of queues) {
      const { notice } = queue;
      if (!notice.on.includes(telling.moment)) continue;
      if (queue.length >= LONGEST_QUEUE && telling.moment !== "end") continue;
      queue.length++;
      queue.last = queue.last.then(async () => {
        const problem = await deliver(notice.to, letterOf(telling), clock, gone.signal);
        queue.length--;
        if (problem === undefined || noted.has(`${notice.name}\n${problem}`)) return;
        noted.add(`${notice.name}\n${problem}`);
        parts.note(mask(`nobody was told by ${notice.name}: ${problem}`));
      });
    }
  };
  return {
    entry(line, after) {
      known = after;
      tell(tellings.entry(line, after));
    },
    event: () => undefined,
    asked(text) {
      if (known) tell(tellings.question(text, clock.now(), known));
    },
    async drain(signal) {
      const enough = AbortSignal.any([signal, AbortSignal.timeout(LAST_WORDS_MS)]);
      const stop = (): void => gone.abort();
      enough.addEventListener("abort", stop, { once: true });
      if (enough.aborted) stop();
      await Promise.all(queues.map(({ last }) => last));
      enough.removeEventListener("abort", stop);
    },
  };
}

function letterOf({ id, moment, document }: Telling): {
  readonly id: string;
  readonly body: string;
  readonly env: Readonly<Record<string, string>>;
} {
  const { run, playbook, text } = document;
  return {
    id,
    body: JSON.stringify(document),
    env: {
      RUNBOOK_MOMENT: moment,
      RUNBOOK_RUN: asText(run ?? ""),
      RUNBOOK_PLAYBOOK: asText(playbook ?? ""),
      RUNBOOK_TEXT: asText(text ?? ""),
    },
  };
}
