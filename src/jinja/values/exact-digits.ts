/** A float's exact decimal expansion, rounded half to even, with `precision` digits behind the point. Signless. */
export function fixedDigits(value: number, precision: number): string {
  const sign = value < 0 ? "-" : "";
  let exponent = 0;
  let mantissa = Math.abs(value);
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent += 1;
  }
  const scaled = BigInt(mantissa) * 10n ** BigInt(precision);
  const unit = 1n << BigInt(exponent);
  const rest = scaled % unit;
  const below = scaled / unit;
  const up = rest * 2n > unit || (rest * 2n === unit && below % 2n === 1n);
  const digits = String(up ? below + 1n : below).padStart(precision + 1, "0");
  const point = digits.length - precision;
  return sign + (precision === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`);
}
