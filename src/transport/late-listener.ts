import type { ChannelListener } from "./link.ts";

/** Keeps what a channel says until somebody listens; a later listener takes over. */
export class LateListener implements ChannelListener {
  #listener: ChannelListener | undefined;
  #kept: ((listener: ChannelListener) => void)[] = [];
  #isClosed = false;

  listen(listener: ChannelListener): void {
    this.#listener = listener;
    for (const say of this.#kept.splice(0)) say(listener);
  }

  stdout(chunk: Uint8Array): void {
    this.#say((listener) => listener.stdout(chunk));
  }

  stderr(chunk: Uint8Array): void {
    this.#say((listener) => listener.stderr(chunk));
  }

  closed(reason: string, code?: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#say((listener) => listener.closed(reason, code));
  }

  #say(say: (listener: ChannelListener) => void): void {
    if (this.#listener === undefined) this.#kept.push(say);
    else say(this.#listener);
  }
}
