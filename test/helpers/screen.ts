/**
 * A terminal's screen, as far as this program may use one. It knows the few sequences that we send and throws at every
 * other one, so that whatever a host smuggles in fails the test that shows it.
 */
interface Line {
  cells: string[];
  /** Goes on in the next line because it was too long; a terminal that wraps anew joins them. */
  wraps: boolean;
}

/** Measured apart from src/lib/cells.ts, by the properties that Unicode gives. */
function widthOf(character: string): 0 | 1 | 2 {
  if (/^[\p{Mn}\p{Me}\u200b-\u200f\ufeff]$/u.test(character)) return 0;
  return /^[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\uff01-\uff60]$/u.test(
    character,
  )
    ? 2
    : 1;
}

export class Screen {
  columns: number;
  rows: number;
  readonly #wrapsAnew: boolean;
  #lines: Line[] = [{ cells: [], wraps: false }];
  /** Where the visible part begins. */
  #top = 0;
  #row = 0;
  #column = 0;
  #wrap = true;
  #rest = "";

  /** `wrapsAnew`: a narrower window breaks long lines again, as most terminals do; xterm cuts them instead. */
  constructor(columns: number, rows: number, wrapsAnew = true) {
    [this.columns, this.rows, this.#wrapsAnew] = [columns, rows, wrapsAnew];
  }

  write(text: string): void {
    const all = this.#rest + text;
    this.#rest = "";
    for (let at = 0; at < all.length;) {
      if (all[at] === "\u001b") {
        const sequence = /^\u001b\[(\??)(\d*)(?:;\d+)*([A-Za-z])/.exec(all.slice(at));
        if (!sequence) {
          if (/^\u001b(\[[?\d;]*)?$/.test(all.slice(at))) {
            this.#rest = all.slice(at);
            return;
          }
          throw new Error(`the screen was sent ${JSON.stringify(all.slice(at, at + 20))}`);
        }
        this.#obey(sequence[1] === "?", Number(sequence[2] || 0), sequence[3] ?? "");
        at += sequence[0].length;
        continue;
      }
      const character = String.fromCodePoint(all.codePointAt(at) ?? 0);
      at += character.length;
      this.#put(character);
    }
  }

  /** What is seen, without the spaces at the ends of lines and without empty lines at the end. */
  visible(): readonly string[] {
    return trimmed(this.#lines.slice(this.#top, this.#top + this.rows));
  }

  /** Everything since the beginning. */
  everything(): readonly string[] {
    return trimmed(this.#lines);
  }

  resize(columns: number, rows: number): void {
    if (this.#wrapsAnew) this.#breakAnew(columns);
    else for (const line of this.#lines) line.cells.length = Math.min(line.cells.length, columns);
    [this.columns, this.rows] = [columns, rows];
    this.#column = Math.min(this.#column, columns - 1);
    this.#top = Math.max(0, Math.min(this.#top, this.#row), this.#row - rows + 1);
  }

  #breakAnew(columns: number): void {
    const broken: Line[] = [];
    let cursor = { row: 0, column: 0 };
    let joined: string[] = [];
    let offset: number | undefined;
    this.#lines.forEach((line, index) => {
      if (index === this.#row) offset = joined.length + this.#column;
      joined.push(...line.cells);
      if (line.wraps) return;
      const first = broken.length;
      for (let at = 0; at === 0 || at < joined.length; at += columns)
        broken.push({ cells: joined.slice(at, at + columns), wraps: at + columns < joined.length });
      if (offset !== undefined)
        cursor = { row: first + Math.floor(offset / columns), column: offset % columns };
      [joined, offset] = [[], undefined];
    });
    this.#lines = broken;
    while (this.#lines.length <= cursor.row) this.#lines.push({ cells: [], wraps: false });
    [this.#row, this.#column] = [cursor.row, cursor.column];
  }

  #obey(isPrivate: boolean, number: number, letter: string): void {
    if (isPrivate && (letter === "h" || letter === "l")) {
      if (number === 7) this.#wrap = letter === "h";
      else if (number !== 2026) throw new Error(`the screen was sent mode ${number}`);
      return;
    }
    switch (letter) {
      case "A":
        this.#row = Math.max(this.#top, this.#row - Math.max(1, number));
        return;
      case "J":
        if (number !== 0) throw new Error("the screen was told to erase what is above");
        this.#line().cells.length = Math.min(this.#line().cells.length, this.#column);
        this.#line().wraps = false;
        this.#lines.length = this.#row + 1;
        return;
      case "K":
        this.#line().cells.length = Math.min(this.#line().cells.length, this.#column);
        this.#line().wraps = false;
        return;
      case "G":
        this.#column = Math.max(0, number - 1);
        return;
      case "m":
        return;
      default:
        throw new Error(`the screen was sent ${letter}`);
    }
  }

  #put(character: string): void {
    if (character === "\r") this.#column = 0;
    else if (character === "\n") this.#down();
    else if (character === "\t") this.#column = (Math.floor(this.#column / 8) + 1) * 8;
    else if (/[\u0000-\u001f\u007f-\u009f]/.test(character))
      throw new Error(`the screen was sent ${JSON.stringify(character)}`);
    else this.#print(character);
  }

  #print(character: string): void {
    const width = widthOf(character);
    if (width === 0) return;
    if (this.#column + width > this.columns) {
      if (!this.#wrap) this.#column = this.columns - width;
      else {
        this.#line().wraps = true;
        this.#down();
        this.#column = 0;
      }
    }
    const { cells } = this.#line();
    while (cells.length < this.#column) cells.push(" ");
    cells[this.#column++] = character;
    if (width === 2) cells[this.#column++] = "";
  }

  #down(): void {
    this.#row++;
    if (this.#row === this.#lines.length) this.#lines.push({ cells: [], wraps: false });
    this.#top = Math.max(this.#top, this.#row - this.rows + 1);
  }

  #line(): Line {
    const line = this.#lines[this.#row];
    if (!line) throw new Error("the cursor is nowhere");
    return line;
  }
}

function trimmed(lines: readonly Line[]): readonly string[] {
  const texts = lines.map(({ cells }) =>
    Array.from(cells, (cell) => cell ?? " ")
      .join("")
      .trimEnd(),
  );
  while (texts.at(-1) === "") texts.pop();
  return texts;
}
