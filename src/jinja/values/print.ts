import { WholeFloat } from "../../model/value.ts";
import { failed, UndefinedProblem } from "../problem.ts";
import { dayRepr, dayText, momentRepr, momentText, spanText } from "./calendar.ts";
import {
  Bytes,
  Callable,
  Day,
  Dict,
  List,
  Moment,
  Nothing,
  Omit,
  Range,
  Span,
  Thing,
  Tuple,
  Undefined,
} from "./datum.ts";
import type { Datum } from "./datum.ts";

/** What `str()` prints: text as it stands, everything else as source code would write it. */
export function print(datum: Datum): string {
  if (typeof datum === "string") return datum;
  if (datum instanceof Moment) return momentText(datum, " ");
  if (datum instanceof Day) return dayText(datum);
  if (datum instanceof Span) return spanText(datum);
  return repr(datum);
}

/** What `repr()` prints. */
export function repr(datum: Datum): string {
  if (typeof datum === "string") return quote(datum);
  if (datum === null) return "None";
  if (typeof datum === "boolean") return datum ? "True" : "False";
  if (typeof datum === "bigint") return datum.toString();
  if (typeof datum === "number") return Number.isInteger(datum) ? String(datum) : printFloat(datum);
  if (datum instanceof WholeFloat) return printFloat(datum.number);
  if (datum instanceof Tuple) {
    const inner = datum.all().map(repr);
    return inner.length === 1 ? `(${inner[0]},)` : `(${inner.join(", ")})`;
  }
  if (datum instanceof List) return `[${datum.all().map(repr).join(", ")}]`;
  if (datum instanceof Dict)
    return `{${datum
      .pairs()
      .map(([key, value]) => `${repr(key)}: ${repr(value)}`)
      .join(", ")}}`;
  if (datum instanceof Range)
    return `range(${datum.start}, ${datum.stop}${datum.step === 1 ? "" : `, ${datum.step}`})`;
  if (datum instanceof Undefined) throw new UndefinedProblem(datum);
  if (datum instanceof Nothing) return "";
  if (datum instanceof Omit) return "<<Omit>>";
  if (datum instanceof Bytes) return printBytes(datum.bytes);
  if (datum instanceof Moment) return momentRepr(datum);
  if (datum instanceof Day) return dayRepr(datum);
  if (datum instanceof Span) return `datetime.timedelta(microseconds=${datum.micros})`;
  if (datum instanceof Callable)
    throw failed(`${datum.name} is a ${datum.typeName}, not a value`, `Call it: ${datum.name}()`);
  if (datum instanceof Thing) {
    if (datum.show === undefined) throw failed(`a ${datum.typeName} cannot be printed`);
    return datum.show();
  }
  return datum satisfies never;
}

/** The shortest digits that read back as the same float, in Python's choice of notation. */
export function printFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [digits = "", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${digits}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  const sign = value < 0 ? "-" : "";
  const plain = digits.replace("-", "").replace(".", "");
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${plain}`;
  const whole = plain.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${plain.slice(exponent + 1) || "0"}`;
}

const NAMED: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\\": "\\\\",
};

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = "";
  for (const char of text) {
    if (char === mark) out += `\\${char}`;
    else if (Object.hasOwn(NAMED, char)) out += NAMED[char] ?? "";
    else out += printable(char) ? char : escaped(char.codePointAt(0) ?? 0);
  }
  return mark + out + mark;
}

function printable(char: string): boolean {
  return char === " " || !/[\p{C}\p{Z}]/u.test(char);
}

function escaped(code: number): string {
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

function printBytes(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    if (char === "'") out += "\\'";
    else if (Object.hasOwn(NAMED, char)) out += NAMED[char] ?? "";
    else out += byte >= 0x20 && byte < 0x7f ? char : escaped(byte);
  }
  return `b'${out}'`;
}
