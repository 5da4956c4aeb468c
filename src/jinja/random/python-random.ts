import { createHash } from "node:crypto";

/**
 * Python's generator (MT19937), seeded as `random.Random(seed)` seeds it: schedules such as
 * `59 | random(seed=inventory_hostname)` must not move when a playbook moves from Ansible to here.
 */
export class PythonRandom {
  readonly #words = new Uint32Array(624);
  #next = 624;
  private constructor(seed: bigint) {
    this.#seed(seed);
  }
  static ofText(seed: string): PythonRandom {
    const bytes = Buffer.from(seed, "utf8");
    const digest = createHash("sha512").update(bytes).digest();
    return new PythonRandom(BigInt(`0x${Buffer.concat([bytes, digest]).toString("hex")}`));
  }
  static ofInteger(seed: bigint): PythonRandom {
    return new PythonRandom(seed < 0n ? -seed : seed);
  }
  /** A whole number below the limit, by drawing as many bits as the limit has until one fits. */
  readonly below = (limit: number): number => {
    const bits = BigInt(limit).toString(2).length;
    for (;;) {
      const drawn = this.#bits(bits);
      if (drawn < limit) return drawn;
    }
  };
  #bits(count: number): number {
    if (count <= 32) return this.#word() >>> (32 - count);
    const low = this.#word();
    return (this.#word() >>> (64 - count)) * 2 ** 32 + low;
  }
  #seed(seed: bigint): void {
    const key: number[] = [];
    for (let rest = seed; rest > 0n; rest >>= 32n) key.push(Number(rest & 0xffffffffn));
    if (key.length === 0) key.push(0);
    const words = this.#words;
    this.#fill(19650218);
    let i = 1;
    let j = 0;
    for (let count = Math.max(624, key.length); count > 0; count--) {
      const mixed = Math.imul(previous(words, i), 1664525);
      words[i] = ((words[i] ?? 0) ^ mixed) + (key[j] ?? 0) + j;
      i += 1;
      j = (j + 1) % key.length;
      if (i >= 624) {
        words[0] = words[623] ?? 0;
        i = 1;
      }
    }
    for (let count = 623; count > 0; count--) {
      const mixed = Math.imul(previous(words, i), 1566083941);
      words[i] = ((words[i] ?? 0) ^ mixed) - i;
      i += 1;
      if (i >= 624) {
        words[0] = words[623] ?? 0;
        i = 1;
      }
    }
    words[0] = 0x80000000;
  }
  #fill(seed: number): void {
    const words = this.#words;
    words[0] = seed;
    for (let i = 1; i < 624; i++) words[i] = Math.imul(previous(words, i), 1812433253) + i;
  }
  #word(): number {
    if (this.#next >= 624) this.#twist();
    let word = this.#words[this.#next] ?? 0;
    this.#next += 1;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }
  #twist(): void {
    const words = this.#words;
    for (let i = 0; i < 624; i++) {
      const high = (words[i] ?? 0) & 0x80000000;
      const joined = high | ((words[(i + 1) % 624] ?? 0) & 0x7fffffff);
      const magic = (joined & 1) === 0 ? 0 : 0x9908b0df;
      words[i] = (words[(i + 397) % 624] ?? 0) ^ (joined >>> 1) ^ magic;
    }
    this.#next = 0;
  }
}

function previous(words: Uint32Array, i: number): number {
  const before = words[i - 1] ?? 0;
  return before ^ (before >>> 30);
}
