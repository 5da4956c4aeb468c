import { fieldOf, reasonOf } from "../../lib/reason.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { SshSettings } from "./settings.ts";

/** How a try to connect failed. `busy`: the server was there and cut us off before it said a word, try again soon. */
export type ConnectFailure =
  | { readonly kind: "busy"; readonly diagnostic: Diagnostic }
  | { readonly kind: "unreachable"; readonly diagnostic: Diagnostic }
  | { readonly kind: "refused"; readonly diagnostic: Diagnostic };

/** Where in connecting it happened. */
export type ConnectStage = "socket" | "greeting" | "handshake" | "login";

export interface ConnectProblem {
  readonly stage: ConnectStage;
  readonly message: string;
  /** errno of a socket, or the number of an SSH disconnect message. */
  readonly code: string | number | undefined;
  readonly level: string | undefined;
}

/** Reads what Node and ssh2 hang on their errors. */
export function problemOf(problem: unknown, stage: ConnectStage): ConnectProblem {
  const code = fieldOf(problem, "code");
  const level = fieldOf(problem, "level");
  // Several addresses were tried and every one failed: the first says as much as any.
  const all = fieldOf(problem, "errors");
  const told: unknown = Array.isArray(all) && all.length > 0 ? all[0] : problem;
  return {
    stage,
    message: reasonOf(told),
    code: typeof code === "string" || typeof code === "number" ? code : undefined,
    level: typeof level === "string" ? level : undefined,
  };
}

/** What was offered, and what came back. */
export interface LoginStory {
  readonly user: string;
  readonly tried: readonly string[];
  readonly accepts: readonly string[];
  readonly notes: readonly string[];
  /** What the server shows before it lets anybody in. */
  readonly banner: string;
}

/** pam_nologin, while a host comes up or goes down: right now nobody gets in, soon again everybody. */
const NOT_NOW = /system is (booting up|going down)|not permitted to log in yet|nologin/i;

const DISCONNECT_TOO_MANY_CONNECTIONS = 12;

export function classify(
  name: string,
  settings: SshSettings,
  problem: ConnectProblem,
  login: LoginStory,
): ConnectFailure {
  const where = `${settings.address}:${settings.port}`;
  if (problem.stage === "login" && NOT_NOW.test(login.banner)) {
    return { kind: "unreachable", diagnostic: notNow(name, login.banner) };
  }
  if (problem.level === "client-authentication") {
    return { kind: "refused", diagnostic: loginRefused(name, login) };
  }
  if (typeof problem.code === "number" && problem.stage === "login") {
    if (problem.code === DISCONNECT_TOO_MANY_CONNECTIONS) return busy(name, where, problem);
    return { kind: "refused", diagnostic: loginRefused(name, login, problem.message) };
  }
  switch (problem.stage) {
    case "socket":
      return { kind: "unreachable", diagnostic: noConnection(name, where, problem) };
    case "greeting":
      // MaxStartups and a full listen queue look like this.
      return problem.level === "client-timeout"
        ? { kind: "unreachable", diagnostic: silent(name, where, problem) }
        : busy(name, where, problem);
    case "handshake":
      if (/no matching|unsupported|algorithm/i.test(problem.message)) {
        return { kind: "refused", diagnostic: noAlgorithm(name, problem) };
      }
      return { kind: "unreachable", diagnostic: silent(name, where, problem) };
    case "login":
      return { kind: "unreachable", diagnostic: silent(name, where, problem) };
  }
}

function loginRefused(name: string, login: LoginStory, said?: string): Diagnostic {
  const tried = login.tried.filter((way) => way !== "nothing");
  return {
    code: "transport/login-refused",
    severity: "error",
    summary: `${name}: the server does not let ${login.user} in`,
    hint:
      tried.length === 0
        ? "There was no key and no password to offer. Set ansible_ssh_private_key_file, start an agent, or use --ask-pass."
        : "Check ansible_user and the key; `ssh -v` as the same user shows what the server thinks of each offer.",
    detail: [
      `offered: ${tried.join(", ") || "nothing"}`,
      ...(login.accepts.length > 0 ? [`the server accepts: ${login.accepts.join(", ")}`] : []),
      ...(said === undefined ? [] : [`the server says: ${said}`]),
      ...login.notes,
    ],
  };
}

function notNow(name: string, banner: string): Diagnostic {
  return {
    code: "transport/no-login-now",
    severity: "error",
    summary: `${name}: the host lets nobody in now: ${banner.trim().split("\n")[0] ?? ""}`,
    hint: "It is starting or stopping; /run/nologin or /etc/nologin is there.",
  };
}

function busy(name: string, where: string, problem: ConnectProblem): ConnectFailure {
  return {
    kind: "busy",
    diagnostic: {
      code: "transport/server-busy",
      severity: "error",
      summary: `${name}: ${where} closes connections before it greets: ${problem.message}`,
      hint: "sshd's MaxStartups, a full process table or a firewall that lets the first packet through are the usual reasons.",
    },
  };
}

function noConnection(name: string, where: string, problem: ConnectProblem): Diagnostic {
  const hint =
    problem.code === "ENOTFOUND" || problem.code === "EAI_AGAIN"
      ? "The name has no address here. Check ansible_host and the resolver."
      : "Check that the host is up, that sshd listens there, and that no firewall is in between.";
  return {
    code: "transport/unreachable",
    severity: "error",
    summary: `${name}: no connection to ${where}: ${problem.message}`,
    hint,
  };
}

function silent(name: string, where: string, problem: ConnectProblem): Diagnostic {
  return {
    code: "transport/unreachable",
    severity: "error",
    summary: `${name}: ${where} accepted the connection and gave no login: ${problem.message}`,
    hint: "The host may be overloaded or going down.",
  };
}

function noAlgorithm(name: string, problem: ConnectProblem): Diagnostic {
  return {
    code: "transport/no-common-algorithm",
    severity: "error",
    summary: `${name}: no common SSH algorithm: ${problem.message}`,
    hint: "This client speaks curve25519, ECDH and DH groups 14 to 18 with AES, and neither SHA-1, CBC, chacha20 nor post-quantum exchanges.",
  };
}
