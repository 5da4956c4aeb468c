import { createHash } from "node:crypto";
import type { RunId } from "../../model/ids.ts";
import type { JobScope } from "../../model/transport.ts";

/** File names may have 255 bytes, endings included; the parts stay readable as long as they fit. */
const LONGEST_SCOPE = 150;
const LONGEST_NAME = 80;

/** What the files of all jobs of one scope begin with, and those of no other. */
export function scopePrefix(scope: JobScope): string {
  return `${shorten(`${encode(scope.run)}~${encode(scope.hostTask)}`, LONGEST_SCOPE)}~~`;
}

/** What the files of all jobs of one run begin with. */
export function runPrefix(run: RunId): string {
  return `${encode(run)}~`;
}

/** What a stem says of its job, without its run. */
export function jobOfStem(run: RunId, stem: string): string {
  const rest = stem.slice(runPrefix(run).length).replace("~~", " ");
  const bytes = rest.replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** What the names of the files of one job begin with, up to their endings. */
export function jobStem(scope: JobScope, name: string): string {
  return scopePrefix(scope) + shorten(encode(name), LONGEST_NAME);
}

/** systemd allows fewer letters in a unit's name than a file system does. */
export function unitName(stem: string): string {
  return `runbook-${digest(stem)}`;
}

/** One to one, and nothing that a shell or a glob would look at. */
function encode(text: string): string {
  const encoded = Buffer.from(text, "utf8")
    .toString("latin1")
    .replace(
      /[^A-Za-z0-9._-]/g,
      (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`,
    );
  return encoded.startsWith(".") || encoded.startsWith("-") ? `%${encoded}` : encoded;
}

function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  // "~" cannot stand for itself inside an encoded part, so no short name looks like a shortened one.
  return `${text.slice(0, most - 34)}~${digest(text)}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
