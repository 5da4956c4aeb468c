import { randomBytes } from "node:crypto";
import { quote } from "../../model/command.ts";
import type { Clock } from "../../model/clock.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { HostId } from "../../model/ids.ts";
import type { BecomeSettings, Identity } from "../../model/transport.ts";
import { isUserName, sudoLine, sudoNoExec, sudoRefused } from "../become.ts";
import type { Channel, Link } from "../link.ts";
import { FramedShell } from "./framed-shell.ts";

export type ShellOpened =
  | { readonly kind: "open"; readonly shell: FramedShell }
  | { readonly kind: "full"; readonly reason: string }
  | { readonly kind: "unreachable"; readonly diagnostic: Diagnostic }
  | { readonly kind: "refused"; readonly diagnostic: Diagnostic };

export interface OpenShellOptions {
  readonly host: HostId;
  readonly as: Identity;
  readonly shell: string;
  readonly become: BecomeSettings;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly outputBytes: number;
  readonly onEvent: (text: string) => void;
  readonly onClosed: (reason: string) => void;
}

/** Starts a shell as the identity. Asks for the password at most once, and only when sudo asks for it. */
export async function openShell(link: Link, options: OpenShellOptions): Promise<ShellOpened> {
  const { host, as, become } = options;
  // Who is there already needs no sudo; a container may have none.
  const sudoTo = as.kind === "become" && as.user !== link.user ? as.user : undefined;
  if (sudoTo !== undefined && !isUserName(sudoTo)) {
    return refused({
      code: "transport/bad-user",
      severity: "error",
      summary: `${host}: ${JSON.stringify(sudoTo)} is not a user name`,
      hint: "Check become_user and ansible_become_user.",
    });
  }
  const mark = `@runbook-${randomBytes(16).toString("hex")}`;
  const secretWords = {
    prompt: `[runbook ${randomBytes(12).toString("hex")}] password: `,
    banner: `runbook-begins-${randomBytes(16).toString("hex")}`,
  };
  const line =
    sudoTo === undefined
      ? `exec ${quote(options.shell)}`
      : sudoLine(become, { user: sudoTo, shell: options.shell, ...secretWords });
  const opened = await link.start(line);
  if (opened.kind === "full") return opened;
  if (opened.kind === "lost") {
    return { kind: "unreachable", diagnostic: connectionEnded(host, opened.reason) };
  }
  const { channel } = opened;

  if (sudoTo !== undefined) {
    const entered = await passSudo(channel, { ...options, ...secretWords });
    if (entered.kind !== "entered") {
      channel.close();
      if (entered.kind === "lost") {
        return { kind: "unreachable", diagnostic: connectionEnded(host, entered.reason) };
      }
      return refused(sudoRefused(host, { user: sudoTo, exe: become.exe }, entered));
    }
  }

  const shell = new FramedShell(channel, { ...options, mark });
  const greeted = await shell.greet(options.timeoutMs);
  if (greeted.kind === "ended" && shell.facts?.canExec === true && shell.facts.hasPrintf) {
    return { kind: "open", shell };
  }
  shell.close("the shell did not begin to work");
  if (greeted.kind === "lost" && greeted.code === undefined) {
    return { kind: "unreachable", diagnostic: connectionEnded(host, greeted.reason) };
  }
  const mayNotExec =
    (greeted.kind === "ended" && shell.facts?.canExec === false) ||
    (greeted.kind === "lost" && greeted.code === 126);
  if (sudoTo !== undefined && mayNotExec) return refused(sudoNoExec(host, sudoTo));
  if (shell.facts?.hasPrintf === false) return refused(unfitShell(options));
  return refused(noShell(options, greeted.kind === "lost" ? greeted : undefined));
}

type Sudo =
  | { readonly kind: "entered" }
  | { readonly kind: "refused"; readonly stderr: string; readonly code: number | undefined }
  | { readonly kind: "lost"; readonly reason: string };

async function passSudo(
  channel: Channel,
  options: OpenShellOptions & { readonly prompt: string; readonly banner: string },
): Promise<Sudo> {
  const over = new AbortController();
  const answer = new Promise<Sudo>((settle) => {
    let stdout = "";
    let stderr = "";
    let isPasswordSent = false;
    const refuse = (because: string, code?: number): void =>
      settle({
        kind: "refused",
        stderr: `${stderr.replaceAll(options.prompt, "")}\n${because}`,
        code,
      });
    void options.clock.sleep(options.timeoutMs, over.signal).then(() => {
      if (!over.signal.aborted) refuse(`no answer within ${options.timeoutMs / 1000} s`);
    });
    channel.listen({
      stdout: (chunk) => {
        stdout += Buffer.from(chunk).toString("latin1");
        if (!stdout.includes(`${options.banner}\n`)) return;
        // The end of the shell may come in this very moment, and is for who listens next.
        channel.listen(undefined);
        settle({ kind: "entered" });
      },
      stderr: (chunk) => {
        stderr += Buffer.from(chunk).toString("latin1");
        const asked = stderr.split(options.prompt).length - 1;
        if (asked === 0) return;
        const { password } = options.become;
        if (password === undefined) {
          refuse("a password is required");
        } else if (!isPasswordSent) {
          isPasswordSent = true;
          channel.write(Buffer.concat([password.reveal(), Buffer.from("\n")]));
        } else if (asked > 1) {
          refuse("incorrect password");
        }
      },
      closed: (reason, code) => {
        if (code === undefined) settle({ kind: "lost", reason });
        else refuse("", code);
      },
    });
  });
  const sudo = await answer;
  over.abort();
  return sudo;
}

function refused(diagnostic: Diagnostic): ShellOpened {
  return { kind: "refused", diagnostic };
}

function connectionEnded(host: HostId, reason: string): Diagnostic {
  return {
    code: "transport/connection-lost",
    severity: "error",
    summary: `${host}: the connection ended while a shell was being started: ${reason}`,
  };
}

function unfitShell(options: OpenShellOptions): Diagnostic {
  return {
    code: "transport/unfit-shell",
    severity: "error",
    summary: `${options.host}: ${options.shell} has no printf of its own`,
    hint: "Secrets would stand in the arguments of another program. Name dash, bash, busybox or ksh93 with ansible_shell_executable.",
  };
}

function noShell(
  options: OpenShellOptions,
  seen: { readonly noise: Uint8Array; readonly code?: number } | undefined,
): Diagnostic {
  const said = Buffer.from(seen?.noise ?? [])
    .toString("utf8")
    .trim();
  return {
    code: "transport/no-shell",
    severity: "error",
    summary:
      seen === undefined
        ? `${options.host}: the login works, but its shell gives no answer`
        : `${options.host}: the login works, but ${options.shell} does not run (status ${seen.code})`,
    hint: "The login user needs a shell that runs commands; a forced command, nologin or a login file that waits are the usual reasons.",
    ...(said === "" ? {} : { detail: said.split("\n").slice(-6) }),
  };
}
