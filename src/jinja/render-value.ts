import type { Place } from "../model/diagnostic.ts";
import type { Rendered } from "../model/rendering.ts";
import type { Json } from "../model/json.ts";
import { isValueMap } from "../model/value.ts";
import type { Scope, Value } from "../model/value.ts";
import { settled } from "./concat.ts";
import { isTemplate } from "./syntax/delimiters.ts";
import { guarded } from "./rendered.ts";
import { Rendering } from "./rendering.ts";
import type { RenderSettings } from "./settings.ts";
import { jsonOf, refuseUnstorable } from "./to-json.ts";
import { Omit, Undefined } from "./values/datum.ts";
import type { Datum } from "./values/datum.ts";
import { UndefinedProblem } from "./problem.ts";

/**
 * Renders every string inside `source` as ansible-core 2.19 renders task arguments: one expression keeps its type,
 * text is never read again, `omit` leaves out its key or element. Every string of `source` counts as trusted.
 */
export function renderValue(
  source: Value,
  scope: Scope,
  settings: RenderSettings,
  at?: Place,
): Rendered<Json> {
  return renderParts(source, new Rendering(scope, settings), at, jsonOf, (parts) =>
    Array.isArray(parts) ? parts : Object.fromEntries(Object.entries(parts)),
  );
}

/** Renders one string to data, with the distinctions that JSON cannot make. */
export function renderDatum(
  source: Value,
  scope: Scope,
  settings: RenderSettings,
  at?: Place,
): Rendered<Datum> {
  const rendering = new Rendering(scope, settings);
  return renderOne(source, rendering, at, (datum) => {
    const value = settled(datum);
    refuseUnstorable(value);
    return value;
  });
}

function renderOne<T>(
  source: Value,
  rendering: Rendering,
  at: Place | undefined,
  convert: (datum: Datum) => T,
): Rendered<T> {
  const text = typeof source === "string" ? source : "";
  return guarded(
    text,
    at,
    () => rendering.offset,
    () => {
      const datum =
        typeof source === "string" && isTemplate(source)
          ? rendering.template(source, "value")
          : rendering.read("this value", source, true);
      if (datum instanceof Omit) return { kind: "omitted" };
      if (datum instanceof Undefined) throw new UndefinedProblem(datum);
      return { kind: "rendered", value: convert(datum) };
    },
  );
}

type Parts<T> = T[] | Record<string, T>;

/** Goes through maps and lists; the first problem stops it, unknown names are collected from all parts. */
function renderParts<T>(
  source: Value,
  rendering: Rendering,
  at: Place | undefined,
  convert: (datum: Datum) => T,
  build: (parts: Parts<T>) => T,
): Rendered<T> {
  const list = Array.isArray(source);
  if (!list && !isValueMap(source)) return renderOne(source, rendering, at, convert);
  const unknown = new Set<string>();
  const kept: [string, T][] = [];
  for (const [key, part] of Object.entries(source as { readonly [key: string]: Value })) {
    const rendered = renderParts(part, rendering, at, convert, build);
    switch (rendered.kind) {
      case "problem":
        return within(rendered, list ? `[${key}]` : key, at);
      case "unknown":
        for (const name of rendered.names) unknown.add(name);
        break;
      case "omitted":
        break;
      case "rendered":
        kept.push([key, rendered.value]);
    }
  }
  if (unknown.size > 0) return { kind: "unknown", names: [...unknown] };
  return {
    kind: "rendered",
    value: build(list ? kept.map(([, value]) => value) : Object.fromEntries(kept)),
  };
}

/** Says in which argument the problem is: the place is that of the whole. */
function within(
  rendered: Extract<Rendered<never>, { kind: "problem" }>,
  step: string,
  at: Place | undefined,
): Extract<Rendered<never>, { kind: "problem" }> {
  const { diagnostic } = rendered;
  const place = at === undefined || /vault/.test(diagnostic.code) ? {} : { at };
  const [first = "", ...rest] = diagnostic.detail ?? [];
  const inside = /^in: (.*)$/.exec(first)?.[1];
  const path =
    inside === undefined ? step : inside.startsWith("[") ? step + inside : `${step}.${inside}`;
  const others = inside === undefined ? (diagnostic.detail ?? []) : rest;
  return {
    kind: "problem",
    diagnostic: { ...diagnostic, ...place, detail: [`in: ${path}`, ...others] },
  };
}
