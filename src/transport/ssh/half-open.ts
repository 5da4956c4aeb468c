/** Lets at most so many callers at once be at work for one key; the others wait in the order they came. */
export class HalfOpen {
  readonly #most: number;
  readonly #busy = new Map<string, { count: number; readonly queue: (() => void)[] }>();

  constructor(most: number) {
    this.#most = most;
  }

  async during<T>(key: string, work: () => Promise<T>): Promise<T> {
    const door = this.#busy.get(key) ?? { count: 0, queue: [] };
    this.#busy.set(key, door);
    if (door.count < this.#most) door.count += 1;
    else await new Promise<void>((resolve) => door.queue.push(resolve));
    try {
      return await work();
    } finally {
      // The place is handed on, so nobody who comes later gets in first.
      const next = door.queue.shift();
      if (next !== undefined) next();
      else if (--door.count === 0) this.#busy.delete(key);
    }
  }
}
