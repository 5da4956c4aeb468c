import type { ChannelListener } from "./link.ts";

/** Keeps what a channel says while nobody listens; a later listener takes over. */
export class LateListener implements ChannelListener {
  #listener: ChannelListener | undefined;
  #kept: ((listener: ChannelListener) => void)[] = [];
  #isClosed = false;

  listen(listener: ChannelListener | undefined): void {
    this.#listener = listener;
    if (listener === undefined) return;
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
