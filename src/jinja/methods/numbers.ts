import { WholeFloat } from "../../model/value.ts";
import { failed } from "../problem.ts";
import { Tuple } from "../values/datum.ts";
import type { Datum } from "../values/datum.ts";
import { float, integer, numeric } from "../values/number.ts";
import type { Numeric } from "../values/number.ts";
import { method } from "./method.ts";
import type { Methods } from "./method.ts";

const shared: Methods<Numeric> = {
  conjugate: method([], (self) => plain(self)),
  as_integer_ratio: method([], (self) => new Tuple([...ratio(self)])),
};

export const INTEGER_METHODS: Methods<Numeric> = {
  ...shared,
  bit_length: method([], (self) => magnitude(self).toString(2).replace(/^0$/, "").length),
  bit_count: method([], (self) => magnitude(self).toString(2).replaceAll("0", "").length),
};

export const FLOAT_METHODS: Methods<Numeric> = {
  ...shared,
  is_integer: method([], (self) => Number.isInteger(Number(self.value))),
  hex: method([], (self) => hexadecimal(Number(self.value))),
};

/** `7 .real` and the like: what Python's numbers have without a call. */
export function numberField(self: Numeric, name: string): Datum | undefined {
  switch (name) {
    case "real":
      return plain(self);
    case "imag":
      return self.kind === "int" ? 0 : new WholeFloat(0);
    case "numerator":
      return self.kind === "int" ? plain(self) : undefined;
    case "denominator":
      return self.kind === "int" ? 1 : undefined;
    default:
      return undefined;
  }
}

function plain(self: Numeric): Datum {
  return self.kind === "int" ? integer(BigInt(self.value)) : float(self.value);
}

function magnitude(self: Numeric): bigint {
  const value = BigInt(self.value);
  return value < 0n ? -value : value;
}

function ratio(self: Numeric): readonly [Datum, Datum] {
  if (self.kind === "int") return [plain(self), 1];
  if (!Number.isFinite(self.value)) throw failed("cannot convert Infinity or NaN to integer ratio");
  let numerator = self.value;
  let denominator = 1n;
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    denominator *= 2n;
  }
  return [integer(BigInt(numerator)), integer(denominator)];
}

function hexadecimal(value: number): string {
  if (!Number.isFinite(value)) return numeric(value) === undefined ? "" : infinite(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (value === 0) return `${sign}0x0.0p+0`;
  let mantissa = Math.abs(value);
  let power = 0;
  while (mantissa >= 2) {
    mantissa /= 2;
    power += 1;
  }
  while (mantissa < 1 && power > -1022) {
    mantissa *= 2;
    power -= 1;
  }
  const whole = Math.floor(mantissa);
  const digits = ((mantissa - whole) * 2 ** 52).toString(16).padStart(13, "0");
  return `${sign}0x${whole}.${digits}p${power < 0 ? "" : "+"}${power}`;
}

function infinite(value: number): string {
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
