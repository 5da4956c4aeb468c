import { quote } from "../model/command.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId } from "../model/ids.ts";
import type { BecomeSettings } from "../model/transport.ts";

const USER_NAME = /^[A-Za-z0-9_.][A-Za-z0-9_.@-]*\$?$/;

/** A name that sudo would take for an option, or that is no user name at all, never reaches a command line. */
export function isUserName(user: string): boolean {
  return USER_NAME.test(user);
}

/**
 * One line for any login shell. sudo's own messages are asked for in English, because they are read; the banner says
 * that sudo let us in, so the password is sent only to a prompt and never to the shell.
 */
export function sudoLine(
  become: BecomeSettings,
  of: { user: string; shell: string; prompt: string; banner: string },
): string {
  const inner = `echo ${quote(of.banner)}; exec ${quote(of.shell)}`;
  const words = [
    become.exe,
    ...become.flags.filter((flag) => flag !== "-S" && flag !== "-H"),
    "-H",
    "-S",
    "-p",
    of.prompt,
    "-u",
    of.user,
    "--",
    of.shell,
    "-c",
    inner,
  ];
  return `exec env LC_ALL=C ${words.map(quote).join(" ")}`;
}

const VERDICTS: readonly {
  readonly says: RegExp;
  readonly code: `transport/${string}`;
  readonly summary: (user: string) => string;
  readonly hint: string;
}[] = [
  {
    says: /must have a tty|no tty present/i,
    code: "transport/sudo-requiretty",
    summary: () => "sudo wants a terminal",
    hint: "Remove `Defaults requiretty` from sudoers for this user (visudo). A terminal would mix outputs and is never used.",
  },
  {
    says: /not in the sudoers file|is not allowed to (run sudo|execute)|may not run sudo/i,
    code: "transport/sudo-denied",
    summary: (user) => `sudo does not let the login user become ${user}`,
    hint: "Give the login user a sudoers rule for this host, or log in as another user (ansible_user).",
  },
  {
    says: /unknown user|invalid user|No passwd entry/i,
    code: "transport/sudo-unknown-user",
    summary: (user) => `there is no user ${user} on the host`,
    hint: "Check become_user, or create the user first.",
  },
  {
    says: /password (has )?expired|account (has )?expired|account validation failure|change your password/i,
    code: "transport/sudo-expired",
    summary: () => "the password or account of the login user has expired",
    hint: "Log in by hand and renew it.",
  },
  {
    says: /a password is required|no password was provided|password is required/i,
    code: "transport/sudo-password-required",
    summary: (user) => `sudo wants a password to become ${user}`,
    hint: "Give it with --ask-become-pass, or set ansible_become_password in a vault file.",
  },
  {
    says: /incorrect password|sorry, try again/i,
    code: "transport/sudo-wrong-password",
    summary: () => "sudo does not accept the password",
    hint: "It was sent once and will not be tried again, so that no account gets locked. Check ansible_become_password.",
  },
];

export function sudoRefused(
  host: HostId,
  as: { user: string; exe: string },
  seen: { stderr: string; code: number | undefined },
): Diagnostic {
  const said = seen.stderr.trim();
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  const detail = lines.length === 0 ? {} : { detail: lines.slice(-6) };
  const verdict = VERDICTS.find(({ says }) => says.test(said));
  if (verdict !== undefined) {
    const summary = `${host}: ${verdict.summary(as.user)}`;
    return { code: verdict.code, severity: "error", summary, hint: verdict.hint, ...detail };
  }
  if (seen.code === 127) {
    return {
      code: "transport/sudo-missing",
      severity: "error",
      summary: `${host}: there is no ${as.exe} on the host`,
      hint: "Install sudo, or log in as the user that the tasks need.",
      ...detail,
    };
  }
  return {
    code: "transport/sudo-failed",
    severity: "error",
    summary: `${host}: ${as.exe} did not start a shell as ${as.user}`,
    hint: `Try it by hand on the host: ${as.exe} -u ${as.user} -- /bin/sh -c id`,
    ...detail,
  };
}

/** NOEXEC in sudoers lets the shell start and nothing from it. */
export function sudoNoExec(host: HostId, user: string): Diagnostic {
  return {
    code: "transport/sudo-noexec",
    severity: "error",
    summary: `${host}: the shell as ${user} may not run any program`,
    hint: "A NOEXEC tag in sudoers, or a noexec file system, forbids it. Runbook needs a shell that can run programs.",
  };
}
