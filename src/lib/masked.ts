/** The same value with every text in it masked; numbers, flags and names of fields stay as they are. */
export function masked<T>(value: T, mask: (text: string) => string): T {
  const within = (one: unknown): unknown => {
    if (typeof one === "string") return mask(one);
    if (Array.isArray(one)) return one.map(within);
    if (typeof one !== "object" || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([name, inner]) => [name, within(inner)]));
  };
  // Texts stay texts: the shape is the one that came in.
  return within(value) as T;
}
