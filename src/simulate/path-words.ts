/**
 * Where the kernel gives nobody a root of their own, a host's absolute paths are turned into paths below its folder on the
 * way in, and back on the way out: words of shell text that begin with a folder that a host has for itself. It is no wall:
 * a program that makes up such a path by itself is not seen.
 */
import { Transform } from "node:stream";
import type { PathWords } from "./mailbox.ts";

const OWN = "etc|var|run|sys|srv|home|root|tmp|opt|usr/local/sbin";
const INSIDE = new RegExp(
  String.raw`(?<![\w.})$/*\]~%-])/(?=(?:${OWN})(?:[/\s'";|&)<>:,\\]|$))`,
  "g",
);
/** What a command reads from a pipe of printf is not shell text, and has to arrive as it is. */
const PAYLOAD = /printf (?:'[^']*'|'\\''[^']*'\\'') 2>\/dev\/null \|/g;

export const unchanged: PathWords = { toHost: (text) => text, toShell: (text) => text };

export function pathWords(
  root: string,
): PathWords & { readonly payloadsApart: (text: string) => string } {
  const hex = Buffer.from(root).toString("hex");
  const toShell = (text: string): string => text.replaceAll(INSIDE, `${root}/`);
  return {
    toShell,
    toHost: (text) => text.replaceAll(root, "").replaceAll(hex, ""),
    payloadsApart: (text) => {
      let from = 0;
      const pieces: string[] = [];
      for (const found of text.matchAll(PAYLOAD)) {
        pieces.push(toShell(text.slice(from, found.index)), found[0]);
        from = found.index + found[0].length;
      }
      return pieces.join("") + toShell(text.slice(from));
    },
  };
}

/** Changes text that comes in whole lines. */
export function wholeLines(change: (text: string) => string): Transform {
  let held = "";
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      held += chunk.toString("latin1");
      if (held.endsWith("\n")) {
        this.push(change(held), "latin1");
        held = "";
      }
      done();
    },
    flush(done) {
      if (held !== "") this.push(change(held), "latin1");
      done();
    },
  });
}

/** Changes what comes out, in pieces of any size: holds back only what may be the beginning of the root. */
export function withoutRoot(root: string, words: PathWords): Transform {
  const hex = Buffer.from(root).toString("hex");
  const longest = Math.max(root.length, hex.length);
  let held = "";
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      held = words.toHost(held + chunk.toString("latin1"));
      let keep = 0;
      for (let length = Math.min(longest - 1, held.length); length > 0; length--) {
        const end = held.slice(-length);
        if (root.startsWith(end) || hex.startsWith(end)) {
          keep = length;
          break;
        }
      }
      this.push(held.slice(0, held.length - keep), "latin1");
      held = held.slice(held.length - keep);
      done();
    },
    flush(done) {
      this.push(held, "latin1");
      done();
    },
  });
}
