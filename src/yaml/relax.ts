import { parseEvents, YAMLException } from "js-yaml";

type Events = ReturnType<typeof parseEvents>;

/** The events of a text, with the text that their offsets belong to and the way back to the offsets of the file. */
export interface Relaxed {
  readonly text: string;
  readonly events: Events;
  readonly inFile: (offset: number) => number;
}

const PAD = 64;
/** Each retry reads the whole text again; this bounds a hostile file to a few seconds. */
const MOST_CHARACTERS = 30_000_000;

/**
 * Parses, accepting continuation lines of flow collections and quoted texts that are indented less than YAML 1.2
 * wants: `key: {` … `}` with the brace in the key's column. PyYAML accepts them, and real inventories have them.
 * Blanks at the start of such a line mean nothing, so such lines are padded until the parser is content.
 */
export function parseRelaxed(source: string, maxDepth: number): Relaxed {
  const pads: number[] = [];
  let text = source;
  let spent = 0;
  for (;;) {
    try {
      const events = parseEvents(text, { maxDepth });
      return { text, events, inFile: (offset) => unpadded(pads, offset) };
    } catch (thrown) {
      if (!(thrown instanceof YAMLException) || thrown.mark === undefined) throw thrown;
      spent += text.length;
      if (thrown.reason !== "deficient indentation" || spent > MOST_CHARACTERS) {
        throw new SyntaxFault(thrown.reason, unpadded(pads, thrown.mark.position), thrown);
      }
      const lineStart = startOfLine(text, thrown.mark.position);
      text = text.slice(0, lineStart) + " ".repeat(PAD) + text.slice(lineStart);
      pads.push(lineStart);
    }
  }
}

/** The parser's complaint, at an offset of the file. */
export class SyntaxFault extends Error {
  readonly reason: string;
  readonly offset: number;
  constructor(reason: string, offset: number, cause: unknown) {
    super(reason, { cause });
    this.reason = reason;
    this.offset = offset;
  }
}

function startOfLine(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && text[start - 1] !== "\n" && text[start - 1] !== "\r") start--;
  return start;
}

function unpadded(pads: readonly number[], offset: number): number {
  let at = offset;
  for (const pad of pads.toReversed()) {
    if (at >= pad + PAD) at -= PAD;
    else if (at > pad) at = pad;
  }
  return at;
}
