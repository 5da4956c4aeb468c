/** A small set of whole numbers that is always in order. What comes and goes near its beginning costs least. */
export class SortedNumbers {
  readonly #numbers: number[] = [];

  get size(): number {
    return this.#numbers.length;
  }

  get first(): number | undefined {
    return this.#numbers[0];
  }

  add(number: number): void {
    const at = this.#place(number);
    if (this.#numbers[at] !== number) this.#numbers.splice(at, 0, number);
  }

  delete(number: number): void {
    const at = this.#place(number);
    if (this.#numbers[at] === number) this.#numbers.splice(at, 1);
  }

  /** In order. Not to be changed meanwhile. */
  [Symbol.iterator](): IterableIterator<number> {
    return this.#numbers.values();
  }

  /** Where it is, or would be. */
  #place(number: number): number {
    let [low, high] = [0, this.#numbers.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#numbers[middle] ?? Infinity) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
