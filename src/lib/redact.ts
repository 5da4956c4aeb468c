/**
 * Masks secrets by value, whatever way they took into a text: as they are, as JSON writes them, URL-encoded, in base64
 * and quoted for a shell (S1). Secrets shorter than four characters are not masked: they would hide half of every text.
 */
export interface Redactor {
  add(secret: string): void;
  mask(text: string): string;
  /** What was added so far. */
  secrets(): readonly string[];
}

const SHORTEST = 4;
const DOTS = "•••";

export function createRedactor(): Redactor {
  const added = new Set<string>();
  const forms = new Set<string>();
  let pattern: RegExp | undefined;
  return {
    add(secret) {
      if (secret.length < SHORTEST || added.has(secret)) return;
      added.add(secret);
      for (const form of formsOf(secret)) if (form.length >= SHORTEST) forms.add(form);
      pattern = undefined;
    },
    secrets: () => [...added],
    mask(text) {
      if (forms.size === 0) return text;
      pattern ??= new RegExp(
        [...forms]
          .toSorted((a, b) => b.length - a.length)
          .map((form) => form.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"))
          .join("|"),
        "g",
      );
      return text.replaceAll(pattern, DOTS);
    },
  };
}

function formsOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/).filter((line) => line.trim().length >= SHORTEST * 2);
  return [
    secret,
    secret.trim(),
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64"),
    Buffer.from(secret).toString("base64").replace(/=+$/, ""),
    secret.replaceAll("'", `'\\''`),
    ...(lines.length > 1 ? lines : []),
  ];
}
