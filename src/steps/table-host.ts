import { Duplex } from "node:stream";
import { renderCommand, type Command } from "../model/command.ts";
import { hostId } from "../model/ids.ts";
import type { CommandResult, DialResult, HostSession } from "../model/transport.ts";
import type { CaseAnswer, CaseCommand, CaseDial, StepCase } from "./case-file.ts";
import { fits, fitsCommand } from "./expected.ts";

/** A host that answers from a table, and remembers what was asked of it. */
export interface TableHost extends HostSession {
  /** What was sent with `change` or `job` since the last time this was asked for. */
  takeWrites(): readonly CaseCommand[];
}

/** A command that the table does not have throws: a case lists every command. */
export function tableHost(rows: Pick<StepCase, "host" | "dial">): TableHost {
  const asked = new Map<string, number>();
  let writes: CaseCommand[] = [];

  const next = <T>(key: string, answers: T | readonly T[]): T => {
    if (!Array.isArray(answers)) return answers as T;
    const list = answers as readonly T[];
    const count = asked.get(key) ?? 0;
    asked.set(key, count + 1);
    const answer = list[Math.min(count, list.length - 1)];
    if (answer === undefined) throw new Error(`the case has an empty list of answers for: ${key}`);
    return answer;
  };
  const answer = (command: Command): CommandResult => {
    const text = renderCommand(command);
    const row = Object.keys(rows.host).find((pattern) => fitsCommand(pattern, text));
    if (row === undefined) throw new Error(`the case has no answer for:\n${text}`);
    return ended(next(row, rows.host[row] ?? {}));
  };
  const write = (command: Command): CommandResult => {
    const stdin = command.stdin === undefined ? {} : { stdin: stdinText(command.stdin) };
    writes.push({ run: renderCommand(command), ...stdin });
    return answer(command);
  };
  return {
    id: hostId("host"),
    read: async (command) => answer(command),
    change: async (command) => write(command),
    job: async (command) => write(command),
    standing: async () => ({ kind: "absent" }),
    jobs: async () => [],
    forgetJobs: async () => undefined,
    async dial(address, port): Promise<DialResult> {
      const endpoint = `${address}:${port}`;
      const answers = rows.dial[endpoint];
      if (answers === undefined) throw new Error(`the case has no answer for dialling ${endpoint}`);
      const spoken = next<CaseDial>(endpoint, answers);
      return spoken.refused === undefined
        ? { kind: "open", stream: conversation(spoken) }
        : { kind: "refused", reason: spoken.refused };
    },
    takeWrites() {
      const taken = writes;
      writes = [];
      return taken;
    },
  };
}

function ended(answer: CaseAnswer): CommandResult {
  const stdout = Buffer.from(answer.stdout ?? "");
  const stderr = Buffer.from(answer.stderr ?? "");
  if (answer.ends === undefined) {
    return { kind: "exited", code: answer.code ?? 0, stdout, stderr, durationMs: 1 };
  }
  switch (answer.ends) {
    case "connection-lost":
      return { kind: "connection-lost", reason: "the case says so" };
    case "signalled":
      return { kind: "signalled", signal: "SIGKILL", stdout, stderr };
    case "timed-out":
      return { kind: "timed-out", afterMs: 60_000 };
    case "vanished":
      return { kind: "vanished", reason: "the case says so" };
  }
}

function stdinText(stdin: NonNullable<Command["stdin"]>): string {
  return new TextDecoder().decode(stdin instanceof Uint8Array ? stdin : stdin.reveal());
}

/** Answers once, when the request has come, or at once when the case names none; then hangs up. */
function conversation(answer: CaseDial): Duplex {
  let heard = "";
  let spoken = false;
  let silence: NodeJS.Timeout | undefined;
  const stream = new Duplex({
    read() {
      // Everything is pushed when it is due.
    },
    write(chunk: Buffer, _encoding, done) {
      heard += chunk.toString("latin1");
      clearTimeout(silence);
      if (answer.request !== undefined && fits(answer.request, heard)) speak();
      else silence = setTimeout(refuse, 300);
      done();
    },
    destroy(error, done) {
      clearTimeout(silence);
      done(error);
    },
  });
  // Better than a test that waits for an answer until its time is over.
  const refuse = () => {
    if (!spoken) stream.destroy(new Error(`the case expects another request than:\n${heard}`));
  };
  const speak = () => {
    if (spoken) return;
    spoken = true;
    stream.push(Buffer.from(answer.response ?? ""));
    stream.push(null);
  };
  if (answer.request === undefined) setImmediate(speak);
  return stream;
}
