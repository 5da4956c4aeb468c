export type ShellWords =
  | { readonly kind: "words"; readonly words: readonly ShellWord[] }
  | { readonly kind: "unclosed"; readonly quote: string; readonly offset: number };

export interface ShellWord {
  readonly text: string;
  /** Where it starts in the line. */
  readonly offset: number;
}

/**
 * Splits a host's line into words as Python's shlex does: quotes group, a backslash outside of single quotes keeps the
 * next character, and `#` outside of quotes starts a comment even in the middle of a word.
 */
export function shellWords(line: string): ShellWords {
  if (!/["'#\\]/.test(line)) {
    return { kind: "words", words: plainWords(line) };
  }
  const words: ShellWord[] = [];
  let word: { text: string; offset: number } | undefined;
  let at = 0;
  const open = () => (word ??= { text: "", offset: at });
  const close = () => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  while (at < line.length) {
    const character = line.charAt(at);
    if (character === "#") break;
    if (/\s/.test(character)) {
      close();
      at++;
    } else if (character === '"' || character === "'") {
      const quoted = readQuoted(line, at);
      if (quoted === undefined) return { kind: "unclosed", quote: character, offset: at };
      open().text += quoted.text;
      at = quoted.end;
    } else if (character === "\\") {
      open().text += line.charAt(at + 1);
      at += 2;
    } else {
      open().text += character;
      at++;
    }
  }
  close();
  return { kind: "words", words };
}

function plainWords(line: string): ShellWord[] {
  const words: ShellWord[] = [];
  const word = /\S+/g;
  for (let found = word.exec(line); found !== null; found = word.exec(line)) {
    words.push({ text: found[0], offset: found.index });
  }
  return words;
}

/** In double quotes a backslash is special only before a double quote and before itself. */
function readQuoted(line: string, start: number): { text: string; end: number } | undefined {
  const quote = line.charAt(start);
  let text = "";
  for (let at = start + 1; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === quote) return { text, end: at + 1 };
    const next = line.charAt(at + 1);
    if (quote === '"' && character === "\\" && (next === '"' || next === "\\")) {
      text += next;
      at++;
    } else {
      text += character;
    }
  }
  return undefined;
}
