import { WholeFloat } from "../../model/value.ts";
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

/** What `type_debug` answers and error messages say. */
export function typeName(datum: Datum): string {
  if (datum === null) return "NoneType";
  if (typeof datum === "string") return "str";
  if (typeof datum === "boolean") return "bool";
  if (typeof datum === "bigint") return "int";
  if (typeof datum === "number") return Number.isInteger(datum) ? "int" : "float";
  if (datum instanceof WholeFloat) return "float";
  if (datum instanceof Tuple) return "tuple";
  if (datum instanceof List) return "list";
  if (datum instanceof Dict) return "dict";
  if (datum instanceof Range) return "range";
  if (datum instanceof Undefined) return "UndefinedMarker";
  if (datum instanceof Nothing) return "Undefined";
  if (datum instanceof Omit) return "_OmitType";
  if (datum instanceof Bytes) return "bytes";
  if (datum instanceof Moment) return "datetime";
  if (datum instanceof Day) return "date";
  if (datum instanceof Span) return "timedelta";
  if (datum instanceof Callable) return datum.typeName;
  if (datum instanceof Thing) return datum.typeName;
  return datum satisfies never;
}
