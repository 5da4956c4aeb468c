import { sh } from "../../model/command.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { defineReading, StepProblem } from "../../model/step.ts";
import { demand } from "../ask.ts";
import { globWord } from "../_command/shell-word.ts";
import { ABSOLUTE } from "../_file/params.ts";
import { bytesIn, inWords } from "./size.ts";

interface Params {
  readonly path: string;
  readonly at_least?: string | number;
  readonly holds?: { readonly times?: number; readonly of?: string };
}

type Seen = {
  readonly path: string;
  /** For users without privileges: what is reserved for root is not counted. */
  readonly available: number;
  readonly needed: number;
  /** Apparent sizes of what `holds.of` matches. */
  readonly files: { readonly [path: string]: number };
};

export const step = defineReading<Params, Seen>({
  name: "disk_free",
  summary: "Fails where a disk has too little room",
  description: `Looks at the file system that holds a path; the path itself need not exist yet. What is needed is said as a size,
or as a multiple of files that are there: their apparent sizes are added up, holes included, because a copy may fill them. Where
nothing matches \`holds.of\` the step fails: a guard that measures nothing guards nothing.`,
  where: "host",
  params: {
    path: {
      type: "string",
      required: true,
      pattern: ABSOLUTE,
      description: "The file or folder that will need the room.",
    },
    at_least: {
      type: ["string", "number"],
      minimum: 0,
      description: "The room that is needed, in bytes or as a size.",
      examples: ["2GiB", "500M"],
    },
    holds: {
      type: "object",
      description:
        "The room that so many copies of certain files need: `times` (1), and `of`, an absolute path or glob.",
      properties: {
        times: { type: "number", minimum: 0, description: "How many copies." },
        of: { type: "string", pattern: ABSOLUTE, description: "An absolute path or glob." },
      },
      additionalProperties: false,
    },
  },
  examples: [
    { title: "A fixed size", yaml: "- disk_free: { path: /var/cache/apt, at_least: 500MiB }\n" },
    {
      title: "Room for a copy and an upgrade of a database",
      yaml: `- disk_free: { path: /var/lib/powerdns, holds: { times: 2, of: /var/lib/powerdns/pdns.lmdb* } }
`,
    },
  ],
  reads: ({ path, holds }) =>
    holds?.of === undefined ? [`file:${path}`] : [`file:${path}`, `file:${fixedPart(holds.of)}`],
  async observe(host, params) {
    const fixed = fixedNeed(params);
    const pattern = params.holds?.of;
    const sizes =
      pattern === undefined
        ? sh`:`
        : sh`for f in ${globWord(pattern)}; do [ -e "$f" ] && stat -L -c 'file %s %n' -- "$f"; done`;
    const { out } = await demand(
      host,
      sh`( p=${params.path}; while [ ! -e "$p" ]; do p=\${p%/*}; p=\${p:-/}; done; df -Pk -- "$p" | tail -n 1; ${sizes}; : )`,
    );
    const [table = "", ...rows] = out.split("\n");
    const available = /\s\d+\s+\d+\s+(-?\d+)\s+\d+%\s/.exec(table)?.[1];
    if (available === undefined) throw new StepProblem("failed", unreadable(params.path, out));
    const files = Object.fromEntries(
      rows.flatMap((row): [string, number][] => {
        const found = /^file (\d+) (.*)$/.exec(row);
        return found === null ? [] : [[found[2] ?? "", Number(found[1])]];
      }),
    );
    const sum = Object.values(files).reduce((total, size) => total + size, 0);
    return {
      path: params.path,
      available: Math.max(0, Number(available)) * 1024,
      needed: fixed ?? Math.ceil((params.holds?.times ?? 1) * sum),
      files,
    };
  },
  judge: (sightings) =>
    sightings.map(({ params, seen }) => {
      if (params.holds !== undefined && Object.keys(seen.files).length === 0) {
        return { kind: "fails", diagnostic: nothingMatches(params.holds.of ?? "") };
      }
      if (seen.available >= seen.needed) {
        const message = `${inWords(seen.available)} free for ${seen.path}, ${inWords(seen.needed)} needed`;
        return { kind: "holds", message };
      }
      return { kind: "fails", diagnostic: tooLittle(params, seen) };
    }),
});

function fixedNeed({ at_least, holds }: Params): number | undefined {
  if (holds !== undefined && holds.of === undefined) {
    throw new StepProblem("failed", problem("bad-params", "`holds` needs `of`: the files to copy"));
  }
  if ((at_least === undefined) === (holds === undefined)) {
    throw new StepProblem(
      "failed",
      problem("bad-params", "disk_free takes one of `at_least` and `holds`"),
    );
  }
  if (at_least === undefined) return undefined;
  const size = bytesIn(at_least);
  if (size !== undefined) return size;
  const summary = `"${at_least}" is not a size`;
  const hint = "Write a number with a unit, for example 500MiB or 2GiB.";
  throw new StepProblem("failed", { ...problem("bad-params", summary), hint });
}

function tooLittle({ holds }: Params, { path, available, needed, files }: Seen): Diagnostic {
  const lines = Object.entries(files).map(([name, size]) => `${name}: ${inWords(size)}`);
  return {
    ...problem(
      "disk-full",
      `${path} has room for ${inWords(available)}, and ${inWords(needed)} are needed`,
    ),
    hint: `Make room for ${inWords(needed - available)} more, or a larger disk.`,
    ...(holds === undefined ? {} : { detail: [`${holds.times ?? 1} times:`, ...lines] }),
  };
}

function nothingMatches(pattern: string): Diagnostic {
  return {
    ...problem("nothing-measured", `nothing matches ${pattern}`),
    hint: "Name files that exist: the room that is needed is a multiple of their size.",
  };
}

function unreadable(path: string, out: string): Diagnostic {
  const detail = out.split("\n").slice(0, 4);
  return { ...problem("df", `the free space for ${path} cannot be read from df`), detail };
}

function problem(word: string, summary: string): Diagnostic {
  return { code: `step/${word}`, severity: "error", summary };
}

function fixedPart(pattern: string): string {
  return pattern.replace(/\/[^/]*[*?[].*$/, "") || "/";
}
