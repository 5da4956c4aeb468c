import { posix, resolve } from "node:path";
import { textOr, wantText } from "../coerce.ts";
import { filesNamed } from "../lookups/files.ts";
import { plugin } from "../plugin.ts";
import type { Plugins } from "../plugin.ts";
import { failed } from "../problem.ts";
import { List, Tuple } from "../values/datum.ts";
import type { Datum } from "../values/datum.ts";
import { typeName } from "../values/type-name.ts";

/** Filters of file names, as Python's os.path and ntpath see them. */
export const PATH_FILTERS: Plugins = {
  basename: plugin([], (input) => wantText(input, "a path").split("/").at(-1) ?? ""),
  dirname: plugin([], (input) => dirname(wantText(input, "a path"))),
  splitext: plugin([], (input) => {
    const match = /^(.*?[^/.][^/]*?|.*\/\.*[^/.][^/]*?)(\.[^./]*)$/s.exec(
      wantText(input, "a path"),
    );
    return new Tuple(
      match === null ? [wantText(input, "a path"), ""] : [match[1] ?? "", match[2] ?? ""],
    );
  }),
  fileglob: plugin([], (input, _, { machine }) => {
    return new List(filesNamed(machine, wantText(input, "a pattern")));
  }),
  normpath: plugin([], (input) => normalized(wantText(input, "a path"))),
  realpath: plugin([], (input) => resolve(wantText(input, "a path"))),
  relpath: plugin(["start?"], (input, [start]) => {
    return posix.relative(textOr(start, "."), wantText(input, "a path")) || ".";
  }),
  expanduser: plugin([], (input, _, { machine }) => {
    const home = machine.settings.environment?.["HOME"];
    return home === undefined
      ? wantText(input, "a path")
      : wantText(input, "a path").replace(/^~(?=\/|$)/, () => home);
  }),
  expandvars: plugin([], (input, _, { machine }) =>
    wantText(input, "a path").replace(
      /\$(?:(\w+)|\{([^}]*)\})/g,
      (whole, plain?: string, braced?: string) => {
        const environment = machine.settings.environment ?? {};
        const name = plain ?? braced ?? "";
        return Object.hasOwn(environment, name) ? (environment[name] ?? whole) : whole;
      },
    ),
  ),
  path_join: plugin([], (input) => {
    const parts =
      typeof input === "string"
        ? [input]
        : listOnly(input).map((part) => wantText(part, "each part"));
    const [first, ...rest] = parts;
    if (first === undefined) throw failed("path_join needs at least one part");
    return rest.reduce((done, part) => {
      if (part.startsWith("/") || done === "") return part;
      return done.endsWith("/") ? done + part : `${done}/${part}`;
    }, first);
  }),
  commonpath: plugin([], (input) => {
    const paths = listOnly(input).map((path) => wantText(path, "each path").split("/"));
    const [first] = paths;
    if (first === undefined) throw failed("commonpath() arg is an empty sequence");
    let shared = 0;
    while (shared < first.length && paths.every((path) => path[shared] === first[shared]))
      shared += 1;
    return first.slice(0, shared).join("/") || (first[0] === "" ? "/" : "");
  }),
  win_basename: plugin([], (input) => splitOnWindows(wantText(input, "a path")).name),
  win_dirname: plugin([], (input) => splitOnWindows(wantText(input, "a path")).folder),
  win_splitdrive: plugin([], (input) => {
    const { drive, rest } = driveOf(wantText(input, "a path"));
    return new List([drive, rest]);
  }),
};

/** A drive is one character and a colon, or the server and share of a path that starts with two slashes. */
function driveOf(path: string): { readonly drive: string; readonly rest: string } {
  const drive = /^[\\/]{2}/.test(path)
    ? (/^(?:[\\/]{2}\?[\\/]unc[\\/]|[\\/]{2}(?!\?[\\/]unc[\\/]))[^\\/]*[\\/][^\\/]*(?=[\\/])/i.exec(
        path,
      )?.[0] ?? path)
    : (/^.:/su.exec(path)?.[0] ?? "");
  return { drive, rest: path.slice(drive.length) };
}

function splitOnWindows(path: string): { readonly folder: string; readonly name: string } {
  const { drive, rest } = driveOf(path);
  const name = /[^\\/]*$/.exec(rest)?.[0] ?? "";
  const head = rest.slice(0, rest.length - name.length);
  const folder = /^[\\/]*$/.test(head) ? head : head.replace(/[\\/]+$/, "");
  return { folder: drive + folder, name };
}

function listOnly(input: Datum): readonly Datum[] {
  if (!(input instanceof List)) throw failed(`a list of paths is needed, not ${typeName(input)}`);
  return input.all();
}

function dirname(path: string): string {
  const head = path.slice(0, path.lastIndexOf("/") + 1);
  return /^\/*$/.test(head) ? head : head.replace(/\/+$/, "");
}

function normalized(path: string): string {
  const normal = posix.normalize(path);
  // Exactly two leading slashes mean something else than one, says POSIX.
  const lead = /^\/\/(?!\/)/.test(path) ? "/" : "";
  return lead + (normal.length > 1 ? normal.replace(/\/$/, "") : normal);
}
