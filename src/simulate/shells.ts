import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { ServedProgram } from "../transport/ssh/server.ts";
import { hostUser } from "./ownership.ts";
import { pathWords, unchanged, wholeLines, withoutRoot } from "./path-words.ts";
import { namespaceFor } from "./private-root.ts";

/** How the shells of a host see its folder. */
export type Isolation = "namespace" | "paths";

export interface Shells {
  readonly isolation: Isolation;
  readonly words: typeof unchanged;
  /** A path of the host, as its shells see it. */
  readonly shellPath: (path: string) => string;
  run(program: ServedProgram): void;
}

/** In the environment of everything that runs for a host, so that it can be found again. */
const MARK = "RUNBOOK_SIMULATED_ROOT";
const STANDARD_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export function shellsOf(root: string, script: string, wanted: Isolation | "auto"): Shells {
  const enter = wanted === "paths" ? undefined : namespaceFor(root, script);
  if (enter !== undefined) {
    return {
      isolation: "namespace",
      words: unchanged,
      shellPath: (path) => path,
      run: (program) => {
        const [name = "", ...words] = enter;
        const env = { ...environment(root, (path) => path) };
        connect(program, { name, words: [...words, program.line], env, cwd: root });
      },
    };
  }
  if (wanted === "namespace") {
    throw new Error("this machine gives no user and mount namespaces to somebody without rights");
  }
  const words = pathWords(root);
  const shellPath = (path: string): string => root + path;
  return {
    isolation: "paths",
    words,
    shellPath,
    run: (program) => {
      const env = {
        ...environment(root, shellPath),
        PATH: `${shellPath("/usr/local/sbin")}:${STANDARD_PATH}`,
        TMPDIR: shellPath("/tmp"),
      };
      const command = { name: "/bin/sh", words: ["-c", words.payloadsApart(program.line)], env };
      connect(program, { ...command, cwd: shellPath("/home/ops") }, { root, words });
    },
  };
}

function environment(root: string, shellPath: (path: string) => string) {
  return {
    [MARK]: root,
    PATH: STANDARD_PATH,
    HOME: shellPath("/home/ops"),
    USER: "ops",
    LOGNAME: "ops",
    SHELL: "/bin/sh",
  };
}

/** As sshd does: a session of its own for each program, and streams that end when the client goes. */
function connect(
  program: ServedProgram,
  command: {
    readonly name: string;
    readonly words: readonly string[];
    readonly env: NodeJS.ProcessEnv;
    readonly cwd: string;
  },
  changing?: { readonly root: string; readonly words: ReturnType<typeof pathWords> },
): void {
  const child = spawn(command.name, command.words, {
    ...hostUser,
    env: command.env,
    cwd: command.cwd,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => undefined);
  if (changing === undefined) {
    program.stdin.pipe(child.stdin);
    child.stdout.pipe(program.stdout, { end: false });
    child.stderr.pipe(program.stderr, { end: false });
    child.on("close", (code, signal) => program.exit(signal === null ? (code ?? 255) : { signal }));
  } else {
    const { root, words } = changing;
    program.stdin.pipe(wholeLines(words.payloadsApart)).pipe(child.stdin);
    const out = child.stdout.pipe(withoutRoot(root, words));
    const err = child.stderr.pipe(withoutRoot(root, words));
    out.pipe(program.stdout, { end: false });
    err.pipe(program.stderr, { end: false });
    let streams = 2;
    child.on("close", (code, signal) => {
      const end = (): void => {
        streams -= 1;
        if (streams === 0) program.exit(signal === null ? (code ?? 255) : { signal });
      };
      for (const stream of [out, err]) {
        if (stream.readableEnded) end();
        else stream.once("end", end);
      }
    });
  }
  child.on("error", () => program.exit(127));
  program.onClosed(() => {
    child.stdin.destroy();
    child.stdout.destroy();
    child.stderr.destroy();
  });
}

/** Ends everything that runs for a host, or for all below a folder that ends in a slash; nothing else. */
export function killBelow(folder: string): void {
  if (process.platform !== "linux") return;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const variables = readFileSync(`/proc/${pid}/environ`, "latin1");
      const whole = folder.endsWith("/") ? folder : `${folder}\0`;
      if (!`\0${variables}`.includes(`\0${MARK}=${whole}`)) continue;
      process.kill(Number(pid), "SIGKILL");
    } catch {
      // Gone, or somebody else's.
    }
  }
}
