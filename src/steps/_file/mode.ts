import type { Diagnostic } from "../../model/diagnostic.ts";

/** What a mode is applied to: symbolic modes depend on it. */
export interface ModeOf {
  /** Permission bits now; for something new, those it gets without a mode. */
  readonly current: number;
  readonly directory: boolean;
  /** Of the host's shell; `+x` without `u`, `g`, `o` or `a` respects it. */
  readonly umask: number;
}

export type ParsedMode =
  | { readonly kind: "mode"; on(of: ModeOf): number }
  | { readonly kind: "problem"; readonly diagnostic: Diagnostic };

/** Reads `"0644"`, `"u=rw,g+r"`, and the number 420 that YAML makes of a bare `0644`. */
export function parseMode(written: string | number): ParsedMode {
  if (typeof written === "number") return fromNumber(written);
  const text = written.trim();
  if (/^(0o)?[0-7]{1,5}$/.test(text)) {
    const mode = Number.parseInt(text.replace("0o", ""), 8);
    if (mode <= 0o7777) return { kind: "mode", on: () => mode };
  }
  const clauses = text.split(",").map(parseClause);
  const known = clauses.filter((clause) => clause !== undefined);
  if (known.length === clauses.length) {
    return {
      kind: "mode",
      on: (of) => known.reduce((mode, clause) => clause({ ...of, current: mode }), of.current),
    };
  }
  return wrong(
    `"${written}" is not a mode`,
    'Write it in octal, "0644", or in words, "u=rw,g=r,o=".',
  );
}

/** Four octal digits, as `ls` and Ansible's stat write modes. */
export function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

/**
 * A bare `0644` arrives as 420, which is right. A bare `644` arrives as 644, which is not: its digits make a usual mode
 * and so were meant as octal. Refused rather than guessed.
 */
function fromNumber(written: number): ParsedMode {
  const digits = String(written);
  const meant = /^[0-7]{3,4}$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
  if (!Number.isInteger(written) || written < 0 || written > 0o7777) {
    return wrong(`${digits} is not a mode`, 'Write it as a text: "0644".');
  }
  if (meant !== undefined && isUsual(meant)) {
    return wrong(
      `the mode ${digits} is a decimal number here, octal ${octal(written)}`,
      `Write it as a text: "0${digits}".`,
    );
  }
  return { kind: "mode", on: () => written };
}

const RARER: ReadonlySet<number> = new Set([0o400, 0o440, 0o444, 0o500, 0o550, 0o555]);

/** Nobody has less than the owner's group, and no group less than others: what people mean when they write a mode. */
function isUsual(mode: number): boolean {
  const [user, group, other] = [(mode >> 6) & 7, (mode >> 3) & 7, mode & 7];
  if (RARER.has(mode)) return true;
  return (user & 6) === 6 && (group & ~user) === 0 && (other & ~group) === 0;
}

type Clause = (of: ModeOf) => number;

const SHIFTS = { u: 6, g: 3, o: 0 } as const;

function parseClause(text: string): Clause | undefined {
  const found = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(text);
  if (found === null) return undefined;
  const [, who = "", actions = ""] = found;
  const all = who === "" || who.includes("a");
  const whose = (["u", "g", "o"] as const).filter((one) => all || who.includes(one));
  const steps = [...actions.matchAll(/([-+=])([ugo]|[rwxXst]*)/g)];
  return (of) =>
    steps.reduce((mode, [, sign = "", what = ""]) => {
      let bits = 0;
      let affected = 0;
      for (const one of whose) {
        const shift = SHIFTS[one];
        bits |= permissions(what, { ...of, current: mode }) << shift;
        affected |= 7 << shift;
        if (one === "u") affected |= 0o4000;
        if (one === "g") affected |= 0o2000;
      }
      if (what.includes("s"))
        bits |= (whose.includes("u") ? 0o4000 : 0) | (whose.includes("g") ? 0o2000 : 0);
      if (what.includes("t")) bits |= 0o1000;
      if (who === "") bits &= ~of.umask;
      if (sign === "+") return mode | bits;
      if (sign === "-") return mode & ~bits;
      // On a folder `=` keeps set-user-id and set-group-id unless they are named, as chmod does.
      const cleared = of.directory ? affected & 0o777 : affected;
      return (mode & ~cleared) | bits;
    }, of.current);
}

function permissions(what: string, of: ModeOf): number {
  if (what === "u" || what === "g" || what === "o") return (of.current >> SHIFTS[what]) & 7;
  const execute =
    what.includes("x") || (what.includes("X") && (of.directory || (of.current & 0o111) !== 0));
  return (what.includes("r") ? 4 : 0) | (what.includes("w") ? 2 : 0) | (execute ? 1 : 0);
}

function wrong(summary: string, hint: string): ParsedMode {
  return {
    kind: "problem",
    diagnostic: { code: "step/bad-mode", severity: "error", summary, hint },
  };
}
