/** The operator's own wall clock, as they have it on the wall: "20:31:05". */
export function clockTime(atMs: number, precision: "seconds" | "minutes"): string {
  const time = new Date(atMs);
  const two = (part: number): string => String(part).padStart(2, "0");
  const minutes = `${two(time.getHours())}:${two(time.getMinutes())}`;
  return precision === "minutes" ? minutes : `${minutes}:${two(time.getSeconds())}`;
}
