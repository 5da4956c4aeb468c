import { syntax } from "./lex-expression.ts";
import type { Token } from "./token.ts";

/** Reads the tokens of one tag or expression from left to right; the last token is always the `end`. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  #position = 0;
  #depth = 0;
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }
  get current(): Token {
    return this.peek(0);
  }
  get atEnd(): boolean {
    return this.peek(0).kind === "end";
  }
  peek(ahead: number): Token {
    const token = this.#tokens[this.#position + ahead] ?? this.#tokens.at(-1);
    if (token === undefined) throw new RangeError("a token stream has at least its end");
    return token;
  }
  next(): Token {
    const token = this.current;
    if (token.kind !== "end") this.#position += 1;
    return token;
  }
  isOperator(...texts: readonly string[]): boolean {
    return this.current.kind === "operator" && texts.includes(this.current.text);
  }
  isName(...texts: readonly string[]): boolean {
    return this.current.kind === "name" && texts.includes(this.current.text);
  }
  skipOperator(text: string): boolean {
    const found = this.isOperator(text);
    if (found) this.next();
    return found;
  }
  skipName(text: string): boolean {
    const found = this.isName(text);
    if (found) this.next();
    return found;
  }
  expectOperator(text: string): Token {
    if (!this.isOperator(text)) throw this.unexpected(`'${text}'`);
    return this.next();
  }
  expectName(text?: string): string {
    const { current } = this;
    if (current.kind !== "name" || (text !== undefined && current.text !== text))
      throw this.unexpected(text === undefined ? "a name" : `'${text}'`);
    this.next();
    return current.text;
  }
  expectEnd(): void {
    if (this.current.kind !== "end") throw this.unexpected(this.endText());
  }
  /** Guards the stack: nobody writes a hundred nested brackets. */
  nested<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > 150) throw syntax("the expression is nested too deeply", this.current.offset);
    const parsed = parse();
    this.#depth -= 1;
    return parsed;
  }
  unexpected(wanted: string) {
    const { current } = this;
    const found = current.kind === "string" ? "a string" : `'${current.text}'`;
    const got = current.kind === "end" ? `the end ('${current.text}')` : found;
    const hint =
      current.text === "=" ? "A comparison is written with two equal signs: a == b" : undefined;
    return syntax(`expected ${wanted}, found ${got}`, current.offset, hint);
  }
  endText(): string {
    return `'${this.#tokens.at(-1)?.text ?? "the end"}'`;
  }
}
