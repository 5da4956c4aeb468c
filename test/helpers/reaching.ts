import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../src/model/clock.ts";
import { secret } from "../../src/model/command.ts";
import type {
  BecomeSettings,
  CommandResult,
  ConnectionSettings,
} from "../../src/model/transport.ts";

type SshSettings = Extract<ConnectionSettings, { readonly kind: "ssh" }>;

export const realClock: Clock = {
  now: () => Date.now(),
  ticks: () => Math.floor(performance.now()),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      }
      signal?.addEventListener("abort", done, { once: true });
    }),
};

/** A directory that is gone when the test is over. */
export class Scratch implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "runbook-test-"));

  file(name: string, text: string, mode = 0o600): string {
    const path = join(this.path, name);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export const plainBecome: BecomeSettings = {
  method: "sudo",
  user: "root",
  exe: "sudo",
  flags: [],
};

export const localSettings = (become: BecomeSettings = plainBecome): ConnectionSettings => ({
  kind: "local",
  shell: process.env["RUNBOOK_TEST_SHELL"] ?? "/bin/sh",
  become,
});

export function sshSettings(port: number, over: Partial<SshSettings> = {}): SshSettings {
  return {
    kind: "ssh",
    address: "127.0.0.1",
    port,
    user: "ops",
    knownHosts: [],
    hostKeys: "strict",
    identities: [],
    identitiesOnly: true,
    password: secret("letmein"),
    jumps: [],
    connectTimeoutMs: 3_000,
    shell: "/bin/sh",
    become: plainBecome,
    ...over,
  };
}

/** Exit status and both outputs as text; anything else as it is. */
export function said(result: CommandResult): unknown {
  if (result.kind !== "exited") return result;
  return [
    result.code,
    Buffer.from(result.stdout).toString(),
    Buffer.from(result.stderr).toString(),
  ];
}

/** Asks until it is so. For what another process does; fails loudly when it never happens. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  for (let turn = 0; turn < 1500; turn++) {
    if (await holds()) return;
    await realClock.sleep(20);
  }
  throw new Error(`this did not become true within 30 s: ${what}`);
}
