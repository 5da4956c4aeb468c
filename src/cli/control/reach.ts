/** The other end of a run's socket. */
import { createConnection } from "node:net";
import { errorCode, errorText } from "../../lib/error-words.ts";
import type { RunId } from "../../model/ids.ts";
import { findSocket } from "./place.ts";
import type { StopAnswer, WantedStop } from "./words.ts";
import { stopAnswer, stopLine } from "./words.ts";

export type Reached =
  | {
      readonly kind: "answered";
      readonly answer: StopAnswer;
      /** Resolves when the controller is gone. */
      readonly gone: Promise<void>;
      leave(): void;
    }
  /** No socket, or one that a killed controller left. */
  | { readonly kind: "nobody" }
  /** It was asked, and says nothing: it is suspended, and will read it when it goes on. */
  | { readonly kind: "silent" }
  | { readonly kind: "refused"; readonly reason: string };

export async function reachRun(
  stateFolder: string,
  run: RunId,
  wanted: WantedStop,
  patienceMs = 10_000,
): Promise<Reached> {
  const found = await findSocket(stateFolder, run);
  if (found === "absent") return { kind: "nobody" };
  if ("refused" in found) return { kind: "refused", reason: found.refused };
  const socket = createConnection(found.target);
  let closed = (): void => {};
  const gone = new Promise<void>((resolve) => (closed = resolve));
  let isTired = false;
  // What was asked is written out first.
  const timer = setTimeout(() => {
    isTired = true;
    socket.end();
  }, patienceMs);
  return new Promise<Reached>((resolve) => {
    let text = "";
    socket.on("finish", () => {
      if (!isTired) return;
      resolve({ kind: "silent" });
      socket.destroy();
    });
    socket.on("error", (error) => {
      const code = errorCode(error);
      resolve(
        code === "ECONNREFUSED" || code === "ENOENT"
          ? { kind: "nobody" }
          : { kind: "refused", reason: errorText(error) },
      );
    });
    socket.on("close", () => {
      closed();
      // It ended at this moment, and its answer is that it is gone.
      resolve({ kind: "nobody" });
    });
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      const end = text.indexOf("\n");
      const answer = end === -1 ? undefined : stopAnswer(text.slice(0, end));
      if (answer) resolve({ kind: "answered", answer, gone, leave: () => socket.destroy() });
    });
    socket.write(stopLine(wanted));
  }).finally(() => clearTimeout(timer));
}
