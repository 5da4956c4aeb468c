import { wantText } from "../coerce.ts";
import { plugin } from "../plugin.ts";
import type { Plugin, Plugins } from "../plugin.ts";
import { unsupported } from "../problem.ts";
import type { FileKind } from "../settings.ts";
import { numeric } from "../values/number.ts";

/** Tests of paths on the controller. */
function pathTest(accepts: (kind: FileKind | undefined) => boolean): Plugin {
  return plugin([], (input, _, { machine }) => {
    const { fileKind } = machine.settings;
    if (fileKind === undefined)
      throw unsupported("tests of files are not possible here", "Use the step stat");
    // To Python a number is an open file, and there is none.
    if (numeric(input) !== undefined) return accepts(undefined);
    return accepts(fileKind(wantText(input, "a path")));
  });
}

const isAbsolute = plugin([], (input) => wantText(input, "a path").startsWith("/"));
const isDirectory = pathTest((kind) => kind === "directory");
const isFile = pathTest((kind) => kind === "file");
const isLink = pathTest((kind) => kind === "link");
const exists = pathTest((kind) => kind !== undefined);

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
  link_exists: exists,
};
