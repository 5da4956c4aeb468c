/**
 * How a program in a host's shell reaches this process, with nothing but a shell: it writes what it was asked into a file,
 * rings at a named pipe, and reads the answer from a pipe and files of its own.
 */
import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { reasonOf } from "../lib/reason.ts";
import { makeFolder, own } from "./ownership.ts";
import type { Asked, Program, Said } from "./program.ts";

/** Between names as a shell of the host sees them and as the host has them. */
export interface PathWords {
  readonly toHost: (text: string) => string;
  readonly toShell: (text: string) => string;
}

export interface Mailbox {
  close(): void;
}

/** The shell text of a program that asks; `folder` is the mailbox as that shell sees it. */
export function askingProgram(folder: string): string {
  return `#!/bin/sh
# A simulated program: asks the process that simulates this host, and says what it answers.
m=${folder}/$$
rm -f "$m" && mkfifo -m 600 "$m" && exec 3<>"$m" || exit 71
for w; do
  if [ "$w" = /dev/stdin ]; then cat >"$m.in"; break; fi
done
{ printf '%s\\0' "\${RUNBOOK_SIMULATED_USER:-ops}" "$PWD" "\${RUNBOOK_DOLLAR:-}" "\${0##*/}" "$@"; } >"$m.ask" || exit 71
echo "$$" >${folder}/bell
read -r code <&3
[ ! -s "$m.out" ] || cat "$m.out"
[ ! -s "$m.err" ] || cat "$m.err" >&2
rm -f "$m" "$m".*
exit "$code"
`;
}

export function openMailbox(
  folder: string,
  host: {
    programs: ReadonlyMap<string, Program>;
    readonly path: (path: string) => string;
    words: PathWords;
    heard(asked: Asked): void;
  },
): Mailbox {
  makeFolder(folder, 0o700);
  const bell = join(folder, "bell");
  if (!existsSync(bell)) execFileSync("mkfifo", ["-m", "600", bell]);
  own(bell);
  // For reading and writing: it never ends, and never waits for somebody at the other end.
  const socket = new Socket({
    fd: openSync(bell, constants.O_RDWR | constants.O_NONBLOCK),
    readable: true,
    writable: false,
  });
  let held = "";
  socket.on("data", (chunk: Buffer) => {
    held += chunk.toString();
    const lines = held.split("\n");
    held = lines.pop() ?? "";
    for (const line of lines) void answer(join(folder, line));
  });
  socket.on("error", () => undefined);
  socket.unref();

  const answer = async (letter: string): Promise<void> => {
    const asked = read(letter);
    if (asked === undefined) return;
    let said: Said;
    try {
      host.heard(asked);
      const program = host.programs.get(asked.program);
      said = program === undefined ? { code: 127 } : await program(asked);
    } catch (error) {
      said = { code: 70, err: `${asked.program}: the simulation failed: ${reasonOf(error)}\n` };
    }
    try {
      put(`${letter}.out`, said.out);
      put(`${letter}.err`, said.err);
      const pipe = openSync(letter, constants.O_WRONLY | constants.O_NONBLOCK);
      writeSync(pipe, `${said.code ?? 0}\n`);
      closeSync(pipe);
    } catch {
      // Whoever asked is gone.
    }
  };

  const put = (path: string, text: string | undefined): void => {
    if (text === undefined || text === "") return;
    writeFileSync(path, host.words.toShell(text), { mode: 0o600 });
    own(path);
  };

  const read = (letter: string): Asked | undefined => {
    let text: string;
    try {
      text = readFileSync(`${letter}.ask`, "utf8");
    } catch {
      return undefined;
    }
    const [user = "", folderNow = "", dollar = "", program = "", ...words] = text
      .slice(0, -1)
      .split("\0")
      .map((word) => host.words.toHost(word));
    const stdin = existsSync(`${letter}.in`) ? readFileSync(`${letter}.in`, "utf8") : "";
    return {
      program,
      words,
      user,
      stdin: host.words.toHost(stdin),
      path: (path) => host.path(path),
      environment: new Map([
        ["PWD", folderNow],
        ["RUNBOOK_DOLLAR", dollar],
      ]),
    };
  };

  return { close: () => socket.destroy() };
}
