import type { Body, Expression, Signature, Statement, Target } from "./ast.ts";
import { syntax } from "./lex-expression.ts";
import { parseExpression, parseFilterChain, parseOr, parseTuple } from "./parse-expression.ts";
import { TokenStream } from "./token-stream.ts";
import type { Segment } from "./token.ts";

/** Turns the segments of a template into statements. */
export function parseSegments(segments: readonly Segment[]): Body {
  const reader = new SegmentReader(segments);
  const { body } = parseBody(reader, undefined);
  return body;
}

/** Walks over segments; owns nothing but the position. */
class SegmentReader {
  readonly #segments: readonly Segment[];
  #position = 0;
  readonly blocks = new Set<string>();
  /** The tags that are open, innermost last: where they start, and what may follow. */
  readonly open: { name: string; offset: number }[] = [];
  constructor(segments: readonly Segment[]) {
    this.#segments = segments;
  }
  next(): Segment | undefined {
    const segment = this.#segments[this.#position];
    this.#position += 1;
    return segment;
  }
}

interface Ending {
  readonly tag: string;
  readonly stream: TokenStream;
  readonly offset: number;
}

/** Reads statements up to one of the tags in `endings`, or to the end when there are none. */
function parseBody(
  reader: SegmentReader,
  endings: readonly string[] | undefined,
): { body: Statement[]; ending: Ending | undefined } {
  const body: Statement[] = [];
  for (;;) {
    const segment = reader.next();
    if (segment === undefined) {
      const open = reader.open.at(-1);
      if (open !== undefined)
        throw syntax(
          `'${open.name}' starts here and is never closed`,
          open.offset,
          closeHint(endings),
        );
      return { body, ending: undefined };
    }
    if (segment.kind === "text") body.push(segment);
    else if (segment.kind === "output") body.push(parseOutput(segment));
    else {
      const stream = new TokenStream(segment.tokens);
      const tag = stream.expectName();
      const { offset } = segment;
      if (endings?.includes(tag) === true) return { body, ending: { tag, stream, offset } };
      body.push(...parseTag(reader, tag, stream, offset, endings));
    }
  }
}

function closeHint(endings: readonly string[] | undefined): string | undefined {
  const last = endings?.at(-1);
  return last === undefined ? undefined : `Close it with {% ${last} %}`;
}

function parseOutput(segment: Segment & { kind: "output" }): Statement {
  const stream = new TokenStream(segment.tokens);
  const value = parseTuple(stream);
  stream.expectEnd();
  return { kind: "output", value, offset: segment.offset };
}

type TagParser = (
  reader: SegmentReader,
  stream: TokenStream,
  offset: number,
) => Statement | readonly Statement[];

const TAGS: Readonly<Record<string, TagParser>> = {
  if: parseIf,
  for: parseFor,
  set: parseSet,
  with: parseWith,
  macro: parseMacro,
  call: parseCallBlock,
  filter: parseFilterBlock,
  block: parseBlock,
  print: parsePrint,
  autoescape: parseAutoescape,
  extends: (_, stream, offset) => ({
    kind: "extends",
    template: ended(stream, parseExpression(stream)),
    offset,
  }),
  include: parseInclude,
  import: parseImport,
  from: parseFrom,
};

function parseTag(
  reader: SegmentReader,
  tag: string,
  stream: TokenStream,
  offset: number,
  endings: readonly string[] | undefined,
): readonly Statement[] {
  const parse = Object.hasOwn(TAGS, tag) ? TAGS[tag] : undefined;
  if (parse === undefined) throw unknownTag(tag, offset, reader, endings);
  if (reader.open.length > 100) throw syntax("tags are nested too deeply", offset);
  reader.open.push({ name: tag, offset });
  const parsed = parse(reader, stream, offset);
  reader.open.pop();
  return Array.isArray(parsed) ? (parsed as readonly Statement[]) : [parsed as Statement];
}

function unknownTag(
  tag: string,
  offset: number,
  reader: SegmentReader,
  endings: readonly string[] | undefined,
) {
  const open = reader.open.at(-1);
  const hints: Readonly<Record<string, string>> = {
    do: "Write {% set _ = … %}",
    break: "Loops cannot be left early: filter the list with `if` in the for tag",
    continue: "Filter the list with `if` in the for tag",
    elseif: "Write {% elif … %}",
  };
  const expected =
    open === undefined || endings === undefined
      ? undefined
      : `Inside '${open.name}' one of these ends or continues it: ${endings.join(", ")}`;
  return syntax(`unknown tag '${tag}'`, offset, hints[tag] ?? expected);
}

function ended<T>(stream: TokenStream, parsed: T): T {
  stream.expectEnd();
  return parsed;
}

/** Before a body a colon may stand, as in Python. */
function opened<T>(stream: TokenStream, parsed: T): T {
  stream.skipOperator(":");
  return ended(stream, parsed);
}

/** Reads a body up to `name`, whose tag must hold nothing else. */
function bodyUntil(reader: SegmentReader, name: string): Body {
  const { body, ending } = parseBody(reader, [name]);
  ending?.stream.expectEnd();
  return body;
}

function parseIf(reader: SegmentReader, stream: TokenStream, offset: number): Statement {
  const branches: { condition: Expression; body: Body }[] = [];
  let condition = opened(stream, parseTuple(stream, { conditional: false }));
  for (;;) {
    const { body, ending } = parseBody(reader, ["elif", "else", "endif"]);
    branches.push({ condition, body });
    if (ending?.tag === "elif") {
      condition = opened(ending.stream, parseTuple(ending.stream, { conditional: false }));
      continue;
    }
    opened(ending?.stream ?? stream, undefined);
    const otherwise = ending?.tag === "else" ? bodyUntil(reader, "endif") : [];
    return { kind: "if", branches, otherwise, offset };
  }
}

function parseFor(reader: SegmentReader, stream: TokenStream, offset: number): Statement {
  const target = parseTarget(stream, { fields: false });
  stream.expectName("in");
  const over = parseTuple(stream, { conditional: false });
  const only = stream.skipName("if") ? parseExpression(stream) : undefined;
  const recursive = opened(stream, stream.skipName("recursive"));
  const { body, ending } = parseBody(reader, ["else", "endfor"]);
  opened(ending?.stream ?? stream, undefined);
  const otherwise = ending?.tag === "else" ? bodyUntil(reader, "endfor") : [];
  return { kind: "for", target, over, only, recursive, body, otherwise, offset };
}

function parseTarget(stream: TokenStream, options: { fields: boolean }): Target {
  const { offset } = stream.current;
  const targets = [parseOneTarget(stream, options)];
  let several = false;
  while (stream.skipOperator(",")) {
    several = true;
    if (stream.isName("in") || stream.isOperator("=", ")") || stream.atEnd) break;
    targets.push(parseOneTarget(stream, options));
  }
  const [only] = targets;
  return !several && only !== undefined ? only : { kind: "unpack", targets, offset };
}

const RESERVED = new Set(["true", "false", "none", "True", "False", "None", "in", "if", "else"]);

function parseOneTarget(stream: TokenStream, options: { fields: boolean }): Target {
  const { offset } = stream.current;
  if (stream.skipOperator("(")) {
    const inner = parseTarget(stream, options);
    stream.expectOperator(")");
    return inner;
  }
  const name = stream.expectName();
  if (RESERVED.has(name)) throw syntax(`cannot assign to '${name}'`, offset);
  if (options.fields && stream.skipOperator("."))
    return { kind: "field", of: name, name: stream.expectName(), offset };
  return { kind: "name", name, offset };
}

function parseSet(reader: SegmentReader, stream: TokenStream, offset: number): Statement {
  const target = parseTarget(stream, { fields: true });
  if (stream.skipOperator("="))
    return { kind: "set", target, value: ended(stream, parseTuple(stream)), offset };
  const filter = stream.skipOperator("|") ? parseFilterChain(stream, undefined) : undefined;
  opened(stream, undefined);
  return { kind: "set-block", target, filter, body: bodyUntil(reader, "endset"), offset };
}

function parseWith(reader: SegmentReader, stream: TokenStream, offset: number): Statement {
  const assignments: [Target, Expression][] = [];
  while (!stream.atEnd) {
    if (assignments.length > 0) stream.expectOperator(",");
    const target = parseOneTarget(stream, { fields: false });
    stream.expectOperator("=");
    assignments.push([target, parseExpression(stream)]);
  }
  return { kind: "with", assignments, body: bodyUntil(reader, "endwith"), offset };
}

function parseSignature(stream: TokenStream): Signature {
  const params: { name: string; fallback: Expression | undefined }[] = [];
  stream.expectOperator("(");
  while (!stream.isOperator(")")) {
    if (params.length > 0) stream.expectOperator(",");
    const { offset } = stream.current;
    const name = stream.expectName();
    const fallback = stream.skipOperator("=") ? parseExpression(stream) : undefined;
    if (fallback === undefined && params.at(-1)?.fallback !== undefined)
      throw syntax("a parameter without a default follows one with a default", offset);
    params.push({ name, fallback });
  }
  stream.expectOperator(")");
  return { params };
}

function parseMacro(reader: SegmentReader, stream: TokenStream, offset: number): Statement {
  const name = stream.expectName();
  const signature = opened(stream, parseSignature(stream));
  return { kind: "macro", name, signature, body: bodyUntil(reader, "endmacro"), offset };
}

function parseCallBlock(reader: SegmentReader, stream: TokenStream, offset: number): Statement {
  const signature = stream.isOperator("(") ? parseSignature(stream) : { params: [] };
  const call = opened(stream, parseExpression(stream));
  if (call.kind !== "call") throw syntax("a call block needs a call, such as name()", call.offset);
  return { kind: "call-block", call, signature, body: bodyUntil(reader, "endcall"), offset };
}

function parseFilterBlock(reader: SegmentReader, stream: TokenStream, offset: number): Statement {
  const filter = opened(stream, parseFilterChain(stream, undefined));
  return { kind: "filter-block", filter, body: bodyUntil(reader, "endfilter"), offset };
}

function parsePrint(_: SegmentReader, stream: TokenStream, offset: number): readonly Statement[] {
  const outputs: Statement[] = [];
  while (!stream.atEnd) {
    if (outputs.length > 0) stream.expectOperator(",");
    outputs.push({ kind: "output", value: parseExpression(stream), offset });
  }
  return outputs;
}

function parseAutoescape(reader: SegmentReader, stream: TokenStream, offset: number): Statement {
  // ansible-core escapes nothing, whatever stands here.
  opened(stream, parseExpression(stream));
  return { kind: "scope", body: bodyUntil(reader, "endautoescape"), offset };
}

function parseBlock(reader: SegmentReader, stream: TokenStream, offset: number): Statement {
  const name = stream.expectName();
  if (reader.blocks.has(name)) throw syntax(`block '${name}' is defined twice`, offset);
  reader.blocks.add(name);
  const isScoped = stream.skipName("scoped");
  const required = opened(stream, stream.skipName("required"));
  const { body, ending } = parseBody(reader, ["endblock"]);
  if (ending?.stream.current.kind === "name") ending.stream.expectName(name);
  ending?.stream.expectEnd();
  return { kind: "block", name, required, scoped: isScoped, body, offset };
}

function parseContextWord(stream: TokenStream, fallback: boolean): boolean {
  const ahead = stream.peek(1);
  if (!stream.isName("with", "without") || ahead.text !== "context") return fallback;
  const withContext = stream.next().text === "with";
  stream.next();
  return withContext;
}

function parseInclude(_: SegmentReader, stream: TokenStream, offset: number): Statement {
  const template = parseExpression(stream);
  const ignoreMissing = stream.skipName("ignore");
  if (ignoreMissing) stream.expectName("missing");
  const withContext = parseContextWord(stream, true);
  stream.expectEnd();
  return { kind: "include", template, ignoreMissing, withContext, offset };
}

function parseImport(_: SegmentReader, stream: TokenStream, offset: number): Statement {
  const template = parseOr(stream);
  stream.expectName("as");
  const as = stream.expectName();
  const withContext = ended(stream, parseContextWord(stream, false));
  return { kind: "import", template, as, withContext, offset };
}

function parseFrom(_: SegmentReader, stream: TokenStream, offset: number): Statement {
  const template = parseOr(stream);
  stream.expectName("import");
  const names: { name: string; as: string }[] = [];
  while (!stream.atEnd) {
    const ahead = stream.peek(1);
    if (stream.isName("with", "without") && ahead.text === "context") break;
    if (names.length > 0) {
      stream.expectOperator(",");
      if (stream.atEnd) break;
    }
    const name = stream.expectName();
    names.push({ name, as: stream.skipName("as") ? stream.expectName() : name });
    if (stream.isOperator(",") && stream.peek(1).text === "with") stream.next();
  }
  const withContext = ended(stream, parseContextWord(stream, false));
  return { kind: "from", template, names, withContext, offset };
}
