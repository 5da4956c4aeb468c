const UNITS = ["", "K", "M", "G", "T", "P"] as const;

/** `500`, `"500"`, `"2GiB"`, `"2G"`, `"2 GB"`: units without an `i` count in thousands only when they end in `B`. */
export function bytesIn(written: string | number): number | undefined {
  if (typeof written === "number") return written;
  const found = /^\s*(\d+(?:\.\d+)?)\s*([KMGTP]?)(iB|B|)\s*$/i.exec(written);
  if (found === null) return undefined;
  const [, number = "", unit = "", rest = ""] = found;
  const base = rest.toUpperCase() === "B" && unit !== "" ? 1000 : 1024;
  const power = UNITS.findIndex((one) => one === unit.toUpperCase());
  return Math.ceil(Number(number) * base ** power);
}

/** "1.5 GiB", for people. */
export function inWords(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  if (unit === 0) return `${size} bytes`;
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${UNITS[unit]}iB`;
}
