/** What a command line says, word by word, as a POSIX shell would split it; nothing else of a shell is understood. */
export type Words =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "unfinished"; readonly what: "quotation" | "escape" };

/** Splits `a 'b c' "d\"e"` into its words. */
export function splitWords(line: string): Words {
  const words: string[] = [];
  let word: string | undefined;
  let quote: "'" | '"' | undefined;
  for (let at = 0; at < line.length; at++) {
    const letter = line[at] ?? "";
    if (quote === "'") {
      if (letter === "'") quote = undefined;
      else word = (word ?? "") + letter;
    } else if (letter === "\\") {
      const next = line[++at];
      if (next === undefined) return { kind: "unfinished", what: "escape" };
      // Inside double quotes a backslash is itself unless it protects what is special there.
      const kept = quote === '"' && next !== '"' && next !== "\\" ? `\\${next}` : next;
      word = (word ?? "") + kept;
    } else if (quote === '"') {
      if (letter === '"') quote = undefined;
      else word = (word ?? "") + letter;
    } else if (letter === "'" || letter === '"') {
      quote = letter;
      word ??= "";
    } else if (/\s/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + letter;
    }
  }
  if (quote !== undefined) return { kind: "unfinished", what: "quotation" };
  if (word !== undefined) words.push(word);
  return { kind: "words", words };
}
