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
  | { readonly kind: "refused"; readonly reason: string };

export async function reachRun(
  stateFolder: string,
  run: RunId,
  wanted: WantedStop,
): Promise<Reached> {
  const found = await findSocket(stateFolder, run);
  if (found === "absent") return { kind: "nobody" };
  if ("refused" in found) return { kind: "refused", reason: found.refused };
  const socket = createConnection(found.target);
  let closed = (): void => {};
  const gone = new Promise<void>((resolve) => (closed = resolve));
  return new Promise((resolve) => {
    let text = "";
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
  });
}
