const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** More hosts than this in one line are a slip of the keyboard. */
const MOST_HOSTS = 100_000;

const BACKWARDS = "a range that runs backwards names no host";

export type Expanded =
  | { readonly kind: "hosts"; readonly names: readonly string[] }
  /** `empty`: Ansible takes it for a range of no hosts. */
  | { readonly kind: "wrong"; readonly why: string; readonly empty?: true };

/** Expands `web[01:12].example.net`, `db-[a:f]`, `n[1:10:3]`, several of them in one name. Both ends are included. */
export function expandRange(pattern: string): Expanded {
  const start = pattern.indexOf("[");
  if (start < 0) return { kind: "hosts", names: [pattern] };
  const end = pattern.indexOf("]", start);
  if (end < 0) return { kind: "wrong", why: "the bracket [ is not closed" };
  const sequence = sequenceOf(pattern.slice(start + 1, end));
  if (typeof sequence === "string") {
    return { kind: "wrong", why: sequence, ...(sequence === BACKWARDS && { empty: true }) };
  }
  const rest = expandRange(pattern.slice(end + 1));
  if (rest.kind === "wrong") return rest;
  if (sequence.length * rest.names.length > MOST_HOSTS) {
    return { kind: "wrong", why: `more than ${String(MOST_HOSTS)} hosts` };
  }
  const head = pattern.slice(0, start);
  return {
    kind: "hosts",
    names: sequence.flatMap((item) => rest.names.map((tail) => head + item + tail)),
  };
}

/** The items of a range, or what is wrong with it. */
function sequenceOf(range: string): readonly string[] | string {
  const [first = "", last, step = "1", ...more] = range.split(":");
  if (last === undefined || more.length > 0) return "a range is [first:last] or [first:last:step]";
  if (last === "") return "a range needs its last item";
  const stride = /^\d+$/.test(step) ? Number(step) : 0;
  if (stride === 0) return "the step of a range is a number from 1";
  const begin = first === "" ? "0" : first;
  const from = letter(begin);
  const to = letter(last);
  if (from >= 0 && to >= 0) {
    if (from > to) return "a range runs from the lower to the higher letter";
    return everyNth([...LETTERS.slice(from, to + 1)], stride);
  }
  if (!/^\d+$/.test(begin) || !/^\d+$/.test(last)) {
    return "a range is between two numbers or two letters";
  }
  const width = begin.length > 1 && begin.startsWith("0") ? begin.length : 0;
  if (width > 0 && last.length !== width) {
    return "with leading zeros, both ends of a range have the same number of digits";
  }
  const count = Number(last) - Number(begin) + 1;
  if (count <= 0) return BACKWARDS;
  if (count / stride > MOST_HOSTS) return `more than ${String(MOST_HOSTS)} hosts`;
  const length = Math.ceil(count / stride);
  return Array.from({ length }, (_, index) =>
    String(Number(begin) + index * stride).padStart(width, "0"),
  );
}

function letter(text: string): number {
  return text.length === 1 ? LETTERS.indexOf(text) : -1;
}

function everyNth<T>(items: readonly T[], stride: number): readonly T[] {
  return items.filter((_, index) => index % stride === 0);
}
