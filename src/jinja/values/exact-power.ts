/**
 * `x ** y` and logarithms to the last bit, for where C rounds right and V8 does not: fixed-point numbers with 200 bits
 * behind the point. Slow, and only asked for with exponents that are no integers.
 */
const BITS = 200n;
const ONE = 1n << BITS;

function times(a: bigint, b: bigint): bigint {
  return (a * b) >> BITS;
}

/** ln(1 + z) for |z| ≤ 1/2, by the series of the area tangent. */
function logOfRatio(numerator: bigint, denominator: bigint): bigint {
  const ratio = ((numerator - denominator) << BITS) / (numerator + denominator);
  const square = times(ratio, ratio);
  let term = ratio;
  let sum = 0n;
  for (let odd = 1n; term !== 0n && term !== -1n; odd += 2n) {
    sum += term / odd;
    term = times(term, square);
  }
  return 2n * sum;
}

const LN2 = logOfRatio(2n, 1n);

/** A positive finite float as mantissa · 2^exponent, the mantissa an integer of 53 bits. */
function parts(value: number): { mantissa: bigint; exponent: number } {
  let exponent = Math.max(Math.floor(Math.log2(value)), -1022) - 52;
  let mantissa = value / 2 ** Math.max(exponent, -1000);
  if (exponent < -1000) mantissa *= 2 ** (-1000 - exponent);
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent -= 1;
  }
  return { mantissa: BigInt(mantissa), exponent };
}

function fixed(value: number): bigint {
  const { mantissa, exponent } = parts(Math.abs(value));
  const shift = BigInt(exponent) + BITS;
  const scaled = shift >= 0n ? mantissa << shift : mantissa >> -shift;
  return value < 0 ? -scaled : scaled;
}

function naturalLog(value: number): bigint {
  const { mantissa, exponent } = parts(value);
  const length = BigInt(mantissa.toString(2).length);
  // Between 1/2 and 1, so that the series is short.
  return logOfRatio(mantissa, 1n << length) + (BigInt(exponent) + length) * LN2;
}

function exponential(of: bigint): number {
  const power = of >= 0n ? of / LN2 : -((-of + LN2 - 1n) / LN2);
  const rest = of - power * LN2;
  let term = ONE;
  let sum = 0n;
  for (let count = 1n; term !== 0n; count += 1n) {
    sum += term;
    term = times(term, rest) / count;
  }
  return toFloat(sum, Number(power));
}

/** Rounds to the nearest float, ties to even: Number() of a bigint does just that. */
function toFloat(scaled: bigint, power: number): number {
  const mantissa = Number(scaled);
  const shift = power - Number(BITS);
  const half = Math.trunc(shift / 2);
  return mantissa * 2 ** half * 2 ** (shift - half);
}

/** `base` must be positive and finite, `exponent` finite. */
export function exactPower(base: number, exponent: number): number {
  const near = base ** exponent;
  if (!Number.isFinite(near) || near < 1e-300 || exponent === 0 || base === 1) return near;
  return exponential(times(naturalLog(base), fixed(exponent)));
}

/** The natural logarithm of a positive finite number. */
export function exactLog(value: number): number {
  if (value === 1) return 0;
  const log = naturalLog(value);
  return log < 0n ? -toFloat(-log, 0) : toFloat(log, 0);
}
