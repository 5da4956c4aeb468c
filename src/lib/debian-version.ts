/** A Debian version taken apart: `[epoch:]upstream[-revision]`. */
export interface DebianVersion {
  readonly epoch: string;
  readonly upstream: string;
  readonly revision: string;
}

export function parseDebianVersion(text: string): DebianVersion {
  const colon = text.indexOf(":");
  const epoch = colon < 0 ? "0" : text.slice(0, colon);
  const rest = text.slice(colon + 1);
  const dash = rest.lastIndexOf("-");
  return dash < 0
    ? { epoch, upstream: rest, revision: "" }
    : { epoch, upstream: rest.slice(0, dash), revision: rest.slice(dash + 1) };
}

/** Negative, zero or positive, as dpkg orders them: `1.0~rc1 < 1.0 < 1.0-1 < 1.0+b1 < 1:0`. */
export function compareDebianVersions(one: string, other: string): number {
  const a = parseDebianVersion(one);
  const b = parseDebianVersion(other);
  return (
    compareDigits(a.epoch, b.epoch) ||
    compareParts(a.upstream, b.upstream) ||
    compareParts(a.revision, b.revision)
  );
}

/**
 * Whether a version is what a playbook asks for. `*` and `?` are wildcards. `5.1.5` and `5.1.*` are held against the
 * upstream part too, so an operator need not know the packager's epoch and revision.
 */
export function matchesDebianVersion(version: string, wanted: string): boolean {
  const pattern = glob(wanted);
  return pattern.test(version) || pattern.test(parseDebianVersion(version).upstream);
}

/** Whether the text names one version only. */
export function isExactVersion(wanted: string): boolean {
  return !/[*?]/.test(wanted);
}

function glob(wanted: string): RegExp {
  const source = [...wanted]
    .map((char) =>
      char === "*" ? ".*" : char === "?" ? "." : char.replace(/[\\^$.|+()[\]{}]/, "\\$&"),
    )
    .join("");
  return new RegExp(`^${source}$`, "s");
}

/** Runs of other characters and runs of digits take turns, beginning with other characters. */
function compareParts(one: string, other: string): number {
  const a = one.match(/\D*\d*/g) ?? [];
  const b = other.match(/\D*\d*/g) ?? [];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [, wordA = "", digitsA = ""] = /^(\D*)(\d*)$/.exec(a[index] ?? "") ?? [];
    const [, wordB = "", digitsB = ""] = /^(\D*)(\d*)$/.exec(b[index] ?? "") ?? [];
    const order = compareWords(wordA, wordB) || compareDigits(digitsA, digitsB);
    if (order !== 0) return order;
  }
  return 0;
}

function compareWords(one: string, other: string): number {
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const order = weight(one[index]) - weight(other[index]);
    if (order !== 0) return order;
  }
  return 0;
}

/** `~` sorts before the end of a part, the end before letters, letters before everything else. */
function weight(char: string | undefined): number {
  if (char === undefined) return 0;
  if (char === "~") return -1;
  const code = char.charCodeAt(0);
  return /[A-Za-z]/.test(char) ? code : code + 256;
}

/** Digits may be a date of any length, so they are compared as text: longer is more. */
function compareDigits(one: string, other: string): number {
  const a = one.replace(/^0+/, "");
  const b = other.replace(/^0+/, "");
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
