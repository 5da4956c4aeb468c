import { plugin } from "../plugin.ts";
import type { Plugin, Plugins } from "../plugin.ts";
import { failed } from "../problem.ts";
import { Dict, List } from "../values/datum.ts";
import type { Datum } from "../values/datum.ts";
import { truthy } from "../values/truth.ts";

/** Tests of what a task registered. */
function registered(name: string, asks: (dict: Dict) => boolean): Plugin {
  return plugin([], (input) => {
    if (!(input instanceof Dict))
      throw failed(`The '${name}' test expects a dictionary`, "Use it on what a task registered");
    return asks(input);
  });
}

function flag(dict: Dict, name: string): boolean {
  const value: Datum | undefined = dict.get(name);
  return value !== undefined && truthy(value);
}

function itemChanged(dict: Dict): boolean {
  const results = dict.get("results");
  if (dict.has("changed") || !(results instanceof List)) return false;
  return results.all().some((item) => item instanceof Dict && flag(item, "changed"));
}

const isFailed = registered("failed", (dict) => flag(dict, "failed"));
const isSuccess = registered("success", (dict) => !flag(dict, "failed"));
const isChanged = registered("changed", (dict) => flag(dict, "changed") || itemChanged(dict));
const isSkipped = registered("skipped", (dict) => flag(dict, "skipped"));

export const RESULT_TESTS: Plugins = {
  failed: isFailed,
  failure: isFailed,
  succeeded: isSuccess,
  success: isSuccess,
  successful: isSuccess,
  changed: isChanged,
  change: isChanged,
  skipped: isSkipped,
  skip: isSkipped,
  reachable: registered("reachable", (dict) => !flag(dict, "unreachable")),
  unreachable: registered("unreachable", (dict) => flag(dict, "unreachable")),
  timedout: registered("timedout", (dict) => {
    const timedout = dict.get("timedout");
    return timedout instanceof Dict && flag(timedout, "period");
  }),
  started: registered("started", (dict) => !dict.has("started") || flag(dict, "started")),
  finished: registered("finished", (dict) => !dict.has("finished") || flag(dict, "finished")),
};
