import type { Diagnostic, Outcome, Place } from "../model/diagnostic.ts";

const MAGIC = "$ANSIBLE_VAULT";
const LINE_LENGTH = 80;

/** What an ansible-vault text holds. The label is only a hint at the password. */
export interface VaultEnvelope {
  readonly label: string;
  readonly salt: Uint8Array;
  readonly mac: Uint8Array;
  readonly encrypted: Uint8Array;
}

/** True for a text that claims to be encrypted, whether it can be read or not. */
export function isVault(text: string): boolean {
  return text.startsWith(`${MAGIC};`);
}

/** Reads the layers around the encrypted bytes. Says what exactly is damaged. */
export function openEnvelope(text: string, at?: Place): Outcome<VaultEnvelope> {
  const say = (word: string, summary: string, hint: string): Outcome<never> => {
    const place = at === undefined ? {} : { at };
    const problem: Diagnostic = {
      code: `vault/${word}`,
      severity: "error",
      summary,
      hint,
      ...place,
    };
    return { problems: [problem] };
  };
  if (!isVault(text)) {
    return text.trimStart().startsWith(`${MAGIC};`) || text.startsWith(`\uFEFF${MAGIC};`)
      ? say(
          "leading-blank",
          "something stands before the vault header",
          `The first character of the text must be the $ of ${MAGIC}.`,
        )
      : say(
          "not-encrypted",
          "not an ansible-vault text",
          `An encrypted text starts with ${MAGIC};1.1;AES256. \`runbook vault encrypt_string\` makes one.`,
        );
  }
  const lines = text.split(/\r\n|\r|\n/);
  const [, , cipher, label = ""] = (lines[0] ?? "").trim().split(";");
  if (cipher !== "AES256") {
    return say(
      "unknown-cipher",
      `unknown vault cipher ${JSON.stringify((cipher ?? "").slice(0, 20))}`,
      "Only AES256 is known. In a folded YAML text (>) the lines run together: use a literal one (|).",
    );
  }
  const conflict = lines.findIndex((line) => /^(?:<{7}|={7}|>{7})(?:\s|$)/.test(line));
  if (conflict >= 0) {
    return say(
      "merge-conflict",
      `a merge conflict on line ${String(conflict + 1)} of the encrypted text`,
      "Take one side whole: encrypted texts cannot be merged line by line.",
    );
  }
  const body = lines.slice(1).join("");
  const strange = /[^0-9a-fA-F]/.exec(body)?.[0];
  if (strange !== undefined) {
    const line = lines.findIndex((one, index) => index > 0 && one.includes(strange)) + 1;
    const what = /\s/.test(strange) ? "a blank" : JSON.stringify(strange);
    return say(
      "not-hex",
      `${what} on line ${String(line)} of the encrypted text`,
      "Only hexadecimal digits may follow the header line, without indentation.",
    );
  }
  const parts = body.length % 2 === 0 ? partsOf(body) : undefined;
  if (parts === undefined) {
    return say(
      "truncated",
      "the encrypted text is cut short",
      "Take the whole text again from where it was made, or from version control.",
    );
  }
  return { value: { label, ...parts }, problems: [] };
}

/** The text for a file; it ends with a line end. Without a label the format is 1.1, with one 1.2, as Ansible has it. */
export function sealEnvelope({ label, salt, mac, encrypted }: VaultEnvelope): string {
  const header = label === "" ? `${MAGIC};1.1;AES256` : `${MAGIC};1.2;AES256;${label}`;
  const inner = [salt, mac, encrypted].map((part) => Buffer.from(part).toString("hex")).join("\n");
  const body = Buffer.from(inner, "latin1").toString("hex");
  const lines = body.match(new RegExp(`.{1,${String(LINE_LENGTH)}}`, "g")) ?? [];
  return `${[header, ...lines].join("\n")}\n`;
}

/** The body is hexadecimal for three lines, each of them hexadecimal again. */
function partsOf(body: string): Omit<VaultEnvelope, "label"> | undefined {
  const inner = Buffer.from(body, "hex").toString("latin1");
  const [salt, mac, encrypted] = inner
    .split("\n")
    .map((part) => (/^(?:[0-9a-fA-F]{2})*$/.test(part) ? Buffer.from(part, "hex") : undefined));
  if (salt === undefined || mac?.length !== 32 || encrypted === undefined) return undefined;
  return encrypted.length === 0 ? undefined : { salt, mac, encrypted };
}
