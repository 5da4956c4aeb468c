/** Variables as `/proc/PID/environ` has them. */
export function processEnvironment(text: string): ReadonlyMap<string, string> {
  return assignments(text.split("\0"));
}

/** Variables of an `EnvironmentFile=`: one per line, optionally quoted, `#` and `;` start comments. */
export function fileEnvironment(text: string): ReadonlyMap<string, string> {
  const lines = text.split("\n").filter((line) => !/^\s*(?:[#;]|$)/.test(line));
  return new Map(
    [...assignments(lines)].map(([name, value]) => [name.trim(), unquoted(value.trim())]),
  );
}

/** Variables as `systemctl show -p Environment` prints them: words, quoted where they hold blanks. */
export function shownEnvironment(text: string): ReadonlyMap<string, string> {
  const words = text.match(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'])+/g) ?? [];
  return new Map(
    [...assignments(words.map(unquoted))].map(([name, value]) => [name, unquoted(value)]),
  );
}

function assignments(texts: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const text of texts) {
    const at = text.indexOf("=");
    if (at > 0) found.set(text.slice(0, at), text.slice(at + 1));
  }
  return found;
}

function unquoted(word: string): string {
  const double = /^"((?:[^"\\]|\\.)*)"$/s.exec(word);
  if (double !== null) return (double[1] ?? "").replace(/\\(.)/gs, "$1");
  return /^'([^']*)'$/s.exec(word)?.[1] ?? word;
}
