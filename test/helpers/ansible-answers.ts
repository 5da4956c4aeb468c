import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface AnsibleAnswer {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export interface Ansible extends AsyncDisposable {
  readonly version: string;
  ask(
    program: "ansible-inventory" | "ansible" | "patterns",
    args: readonly string[],
    cwd: string,
  ): Promise<AnsibleAnswer>;
}

const FOLDERS = [process.env["ANSIBLE_ORACLE"], join(import.meta.dirname, "../../.ansible-oracle")];

/** The Python that has ansible-core, if there is one: `bash .ci/ansible` installs it. */
export function ansiblePython(): string | undefined {
  return FOLDERS.flatMap((folder) => (folder ? [join(folder, "bin", "python")] : [])).find(
    (python) => existsSync(python),
  );
}

/** Starts the one process that answers all questions, one after the other. */
export async function startAnsible(python: string): Promise<Ansible> {
  const script = join(import.meta.dirname, "ansible_answers.py");
  const child = spawn(python, [script], {
    stdio: ["pipe", "pipe", "inherit"],
    // The order of Python's sets is in some of the answers.
    env: { ...process.env, PYTHONHASHSEED: "0" },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => {
    const next = await lines.next();
    if (next.done) throw new Error("ansible has ended");
    return next.value;
  };
  const { version } = JSON.parse(await line()) as { version: string };
  return {
    version,
    async ask(program, args, cwd) {
      child.stdin.write(`${JSON.stringify({ program, args, cwd })}\n`);
      return JSON.parse(await line()) as AnsibleAnswer;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await new Promise((ended) => child.once("close", ended));
    },
  };
}
