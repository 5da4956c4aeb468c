/** Keeps the first and the last bytes of a stream of any length, and a line between them that says what is missing. */
export class BoundedBytes {
  readonly #half: number;
  readonly #head: Uint8Array[] = [];
  #headSize = 0;
  #tail: Uint8Array[] = [];
  #tailSize = 0;
  #dropped = 0;

  constructor(cap: number) {
    this.#half = Math.ceil(cap / 2);
  }

  get truncated(): boolean {
    return this.#dropped > 0;
  }

  push(chunk: Uint8Array): void {
    const room = this.#half - this.#headSize;
    if (room > 0) {
      const part = chunk.subarray(0, room);
      this.#head.push(part);
      this.#headSize += part.length;
      if (part.length === chunk.length) return;
      chunk = chunk.subarray(part.length);
    }
    this.#tail.push(chunk);
    this.#tailSize += chunk.length;
    // Trimmed only now and then: a shift for every chunk of a gigabyte would cost more than reading it.
    if (this.#tailSize > 2 * this.#half) this.#trim();
  }

  bytes(): Uint8Array {
    this.#trim();
    if (this.#dropped === 0) return Buffer.concat([...this.#head, ...this.#tail]);
    const gap = Buffer.from(`\n[${this.#dropped} bytes were left out here]\n`);
    return Buffer.concat([...this.#head, gap, ...this.#tail]);
  }

  #trim(): void {
    const excess = this.#tailSize - this.#half;
    if (excess <= 0) return;
    const kept: Uint8Array[] = [];
    let toDrop = excess;
    for (const chunk of this.#tail) {
      if (toDrop >= chunk.length) {
        toDrop -= chunk.length;
        continue;
      }
      // A copy, so that the dropped part of a large chunk does not stay in memory.
      kept.push(toDrop > 0 ? chunk.slice(toDrop) : chunk);
      toDrop = 0;
    }
    this.#tail = kept;
    this.#tailSize -= excess;
    this.#dropped += excess;
  }
}
