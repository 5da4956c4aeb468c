import { wantText } from "../coerce.ts";
import type { Machine } from "../machine.ts";
import { plugin } from "../plugin.ts";
import type { Plugin, Plugins } from "../plugin.ts";
import { failed, unsupported } from "../problem.ts";
import type { PathFacts } from "../settings.ts";
import type { Datum } from "../values/datum.ts";
import { numeric } from "../values/number.ts";

/** Tests of paths on the controller. */
function pathTest(accepts: (found: PathFacts | undefined) => boolean): Plugin {
  return plugin([], (input, _, { machine }) => {
    // To Python an integer is an open file, and there is none.
    if (numeric(input)?.kind === "int") return accepts(undefined);
    return accepts(look(machine, input, "follow"));
  });
}

function look(
  machine: Machine,
  path: Datum,
  links: "follow" | "as-they-are",
): PathFacts | undefined {
  const { lookAt } = machine.settings;
  if (lookAt === undefined)
    throw unsupported("tests of files are not possible here", "Use the step stat");
  return lookAt(wantText(path, "a path"), links);
}

const isAbsolute = plugin([], (input) => wantText(input, "a path").startsWith("/"));
const isDirectory = pathTest((found) => found?.kind === "directory");
const isFile = pathTest((found) => found?.kind === "file");
const exists = pathTest((found) => found !== undefined);
const isLink = plugin(
  [],
  (input, _, { machine }) => look(machine, input, "as-they-are")?.kind === "link",
);
const linkExists = plugin(
  [],
  (input, _, { machine }) => look(machine, input, "as-they-are") !== undefined,
);

const isSameFile = plugin(["other"], (input, [other], { machine }) => {
  const [one, two] = [input, other ?? null].map((path) => {
    const found = look(machine, path, "follow");
    if (found === undefined) throw failed(`there is no file ${wantText(path, "a path")}`);
    return found;
  });
  return one?.device === two?.device && one?.number === two?.number;
});

/** Another device than the folder above, or no folder above at all. */
const isMount = plugin([], (input, _, { machine }) => {
  const path = wantText(input, "a path");
  const own = look(machine, path, "as-they-are");
  if (own === undefined || own.kind === "link") return false;
  const above = look(machine, `${path}/..`, "follow");
  return above !== undefined && (own.device !== above.device || own.number === above.number);
});

export const FILE_TESTS: Plugins = {
  abs: isAbsolute,
  is_abs: isAbsolute,
  directory: isDirectory,
  is_dir: isDirectory,
  file: isFile,
  is_file: isFile,
  link: isLink,
  is_link: isLink,
  exists,
  link_exists: linkExists,
  same_file: isSameFile,
  is_same_file: isSameFile,
  mount: isMount,
  is_mount: isMount,
};
