import type {
  AnyAuthMethod,
  AuthenticationType,
  AuthHandlerMiddleware,
  IdentityCallback,
  ParsedKey,
} from "ssh2";
import { OpenSSHAgent } from "./ssh2.ts";
import type { KeyFile, KeyFiles } from "./keys.ts";
import type { SshSettings } from "./settings.ts";

/** One way to log in, in words for people and in ssh2's terms. */
interface Offer {
  readonly says: string;
  readonly method: AnyAuthMethod;
}

export interface Login {
  readonly handler: AuthHandlerMiddleware;
  /** What was offered to the server, in order. */
  readonly tried: string[];
  /** What the server said it would accept, last time it said so. */
  accepts(): readonly string[];
  /** Keys that were not offered, and why. */
  readonly notes: readonly string[];
}

/**
 * Offers, in this order: the key files, the agent's other keys, the password. Files come first because a server
 * counts offers (MaxAuthTries), and a named file is meant while an agent may hold a dozen keys.
 */
export async function prepareLogin(
  settings: SshSettings,
  username: string,
  keys: KeyFiles,
): Promise<Login> {
  const files = await Promise.all(settings.identities.map((file) => keys.load(file)));
  const offers: Offer[] = [];
  for (const file of files) {
    if (file.kind !== "key") continue;
    const method = { type: "publickey", username, key: file.key } as const;
    offers.push({ says: `key ${file.file}`, method });
  }
  if (settings.agent !== undefined) {
    const agent = new ChosenKeys(settings.agent, agentFilter(settings, files));
    offers.push({ says: "keys of the agent", method: { type: "agent", username, agent } });
  }
  if (settings.password !== undefined) {
    const password = Buffer.from(settings.password.reveal()).toString("utf8");
    offers.push({ says: "password", method: { type: "password", username, password } });
    let isAsked = false;
    offers.push({
      says: "password (keyboard-interactive)",
      method: {
        type: "keyboard-interactive",
        username,
        prompt: (_name, _instructions, _lang, prompts, finish) => {
          // One hidden question is the password; a second round means that it was wrong.
          const answers = prompts.map((prompt) =>
            prompt.echo === true || isAsked ? "" : password,
          );
          if (prompts.length > 0) isAsked = true;
          finish(answers);
        },
      },
    });
  }
  const tried: string[] = [];
  let accepted: readonly string[] = [];
  const queue = [...offers];
  const handler: AuthHandlerMiddleware = (methodsLeft, partialSuccess, next) => {
    // Types say otherwise, but the first call has no list: the server was not asked yet.
    if (Array.isArray(methodsLeft)) accepted = methodsLeft;
    for (;;) {
      const offer = queue.shift();
      if (offer === undefined) {
        if (tried.length === 0 && accepted.length === 0) {
          // Nothing to offer: asking with `none` at least says what the server wants.
          tried.push("nothing");
          next({ type: "none", username });
          return;
        }
        // false ends the login; the declaration of ssh2 leaves it out.
        next(false as unknown as AuthenticationType);
        return;
      }
      const wants = offer.method.type === "agent" ? "publickey" : offer.method.type;
      if (accepted.length > 0 && !accepted.includes(wants)) continue;
      // A server that takes both has just said no to this very password; a third no may lock the account.
      const isSecondTry = wants === "keyboard-interactive" && tried.includes("password");
      if (isSecondTry && accepted.includes("password") && !partialSuccess) continue;
      tried.push(offer.says);
      next(offer.method);
      return;
    }
  };
  return { handler, tried, accepts: () => accepted, notes: files.flatMap(noteOn) };
}

function noteOn(file: KeyFile): readonly string[] {
  switch (file.kind) {
    case "key":
      return [];
    case "encrypted":
      return [`key ${file.file} has a passphrase: add it to the agent with ssh-add ${file.file}`];
    case "missing":
      return [`key ${file.file} does not exist`];
    case "unusable":
      return [`key ${file.file} cannot be used: ${file.reason}`];
  }
}

type KeyFilter = (publicKey: Buffer) => boolean;

function agentFilter(settings: SshSettings, files: readonly KeyFile[]): KeyFilter {
  const offered = files.flatMap((file) => (file.kind === "key" ? [file.key.getPublicSSH()] : []));
  const named = files.flatMap((file) =>
    file.kind === "encrypted" && file.publicKey !== undefined ? [file.publicKey] : [],
  );
  return (publicKey) =>
    !offered.some((key) => key.equals(publicKey)) &&
    (!settings.identitiesOnly || named.some((key) => key.equals(publicKey)));
}

/** The agent's keys that may be offered. */
class ChosenKeys extends OpenSSHAgent {
  readonly #filter: KeyFilter;

  constructor(socketPath: string, filter: KeyFilter) {
    super(socketPath);
    this.#filter = filter;
  }

  override getIdentities(cb: IdentityCallback<ParsedKey>): void {
    super.getIdentities((problem, keys) => {
      if (problem !== undefined && problem !== null) cb(problem);
      else
        cb(
          undefined,
          keys?.filter((key) => "getPublicSSH" in key && this.#filter(key.getPublicSSH())),
        );
    });
  }
}
