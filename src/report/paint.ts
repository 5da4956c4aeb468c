/** Colours, or none: NO_COLOR, TERM=dumb, pipes and CI get plain text. The only door to picocolors. */
import pico from "picocolors";

export interface Paint {
  readonly good: (text: string) => string;
  readonly changed: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly skipped: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

export function paintFor(colours: boolean): Paint {
  const { green, yellow, red, magenta, cyan, bold, dim } = pico.createColors(colours);
  return { good: green, changed: yellow, bad: red, warn: magenta, skipped: cyan, bold, dim };
}

/** Whether a stream takes colours, by the conventions that people know. */
export function wantsColours(
  stream: { readonly isTTY?: boolean },
  env: NodeJS.ProcessEnv,
): boolean {
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"] || env["CLICOLOR_FORCE"]) return true;
  return stream.isTTY === true && env["TERM"] !== "dumb" && !env["CI"];
}
