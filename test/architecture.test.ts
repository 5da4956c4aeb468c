import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { describe, expect, test } from "@jest/globals";

// Who may import whom, as docs/architecture.md has it. Tests may reach further; what ships may not.

const SRC = join(import.meta.dirname, "../src");

const MAY_IMPORT: { readonly [room: string]: readonly string[] } = {
  model: [],
  lib: ["model"],
  yaml: ["model", "lib"],
  jinja: ["model", "lib"],
  vault: ["model", "lib"],
  playbook: ["model", "lib", "yaml", "jinja", "vault"],
  inventory: ["model", "lib", "yaml", "jinja", "vault"],
  facts: ["model", "lib"],
  steps: ["model", "lib", "facts", "yaml"],
  engine: ["model", "lib"],
  transport: ["model", "lib"],
  dns: ["model", "lib"],
  journal: ["model", "lib"],
  report: ["model", "lib"],
  simulate: ["model", "lib", "yaml", "transport"],
};

/** Rooms that import what they need: they wire the others together, and nobody imports them. */
const WIRING: ReadonlySet<string> = new Set(["cli"]);

/** A dependency is imported there and nowhere else. Temporal has two: does a time exist, and which instant is it. */
const DOORS: { readonly [dependency: string]: readonly string[] } = {
  "js-yaml": ["yaml/"],
  ajv: ["playbook/validate.ts", "playbook/known-schemas.ts"],
  ssh2: ["transport/ssh/"],
  "p-queue": ["engine/lanes.ts"],
  pino: ["report/log.ts"],
  picocolors: ["report/paint.ts"],
  commander: [
    "cli/args.ts",
    "cli/args-house.ts",
    "cli/args-journals.ts",
    "cli/args-looks.ts",
    "cli/args-options.ts",
    "cli/args-runs.ts",
    "cli/args-vault.ts",
  ],
  "dns-packet": ["dns/"],
  "temporal-polyfill": ["playbook/window-span.ts", "cli/window-instants.ts"],
};

/** What tests of steps stand on. It lies beside them and is not part of the build. */
const TEST_SUPPORT: ReadonlySet<string> = new Set(
  JSON.parse(readFileSync(join(SRC, "../tsconfig.build.json"), "utf8"))
    .exclude.filter((path: string) => !path.includes("*"))
    .map((path: string) => path.replace(/^src\//, "")),
);

interface Import {
  readonly file: string;
  readonly specifier: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .map((path) => path.split(sep).join("/"))
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
  .filter((path) => !TEST_SUPPORT.has(path));

const imports = files.flatMap((file): readonly Import[] => {
  const text = readFileSync(join(SRC, file), "utf8");
  const found = text.matchAll(
    /^(?:import|export)\b[^"';]*?\bfrom\s*"([^"]+)"|\bimport\(\s*"([^"]+)"/gms,
  );
  return [...found].map(([, still, moving]) => ({ file, specifier: still ?? moving ?? "" }));
});

const inside = imports.filter(({ specifier }) => specifier.startsWith("."));
const outside = imports.filter(
  ({ specifier }) => !specifier.startsWith(".") && !specifier.startsWith("node:"),
);

function target({ file, specifier }: Import): string {
  return relative(SRC, join(SRC, dirname(file), specifier))
    .split(sep)
    .join("/");
}

function roomOf(path: string): string | undefined {
  return path.includes("/") ? path.split("/")[0] : undefined;
}

describe("rooms", () => {
  test("import only the rooms that they may import", () => {
    const forbidden = inside.filter((one) => {
      const from = roomOf(one.file);
      const to = roomOf(target(one));
      if (from === undefined || to === undefined || from === to || WIRING.has(from)) return false;
      return MAY_IMPORT[from]?.includes(to) !== true;
    });
    expect(forbidden).toEqual([]);
  });

  test("are all known here", () => {
    const rooms = new Set(files.flatMap((file) => roomOf(file) ?? []));
    const unknown = [...rooms].filter(
      (room) => MAY_IMPORT[room] === undefined && !WIRING.has(room),
    );
    expect(unknown).toEqual([]);
  });

  test("are not imported when they wire the others together", () => {
    const upward = inside.filter((one) => {
      const to = roomOf(target(one));
      return to !== undefined && WIRING.has(to) && roomOf(one.file) !== to;
    });
    expect(upward).toEqual([]);
  });

  test("know the linter's rules: every forbidden room is forbidden there too", () => {
    const config = JSON.parse(readFileSync(join(SRC, "../.oxlintrc.json"), "utf8"));
    const groups = new Map<string, readonly string[]>(
      config.overrides
        .filter((one: { rules: object }) => "no-restricted-imports" in one.rules)
        .filter((one: { files: string[] }) => one.files[0]?.startsWith("src/") === true)
        .map((one: { files: string[]; rules: { [rule: string]: unknown } }) => [
          one.files[0]?.split("/")[1] ?? "",
          JSON.stringify(one.rules["no-restricted-imports"]).match(/\*\*\/\w+\/\*\*/g) ?? [],
        ]),
    );
    for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
      const others = [...Object.keys(MAY_IMPORT), ...WIRING].filter(
        (other) => other !== room && !allowed.includes(other),
      );
      expect({ room, forbidden: groups.get(room)?.toSorted() }).toEqual({
        room,
        forbidden: others.map((other) => `**/${other}/**`).toSorted(),
      });
    }
  });
});

describe("dependencies", () => {
  const nameOf = (specifier: string) =>
    specifier
      .split("/")
      .slice(0, specifier.startsWith("@") ? 2 : 1)
      .join("/");

  test("have one door each", () => {
    const elsewhere = outside.filter(({ file, specifier }) => {
      const doors = DOORS[nameOf(specifier)] ?? [];
      return !doors.some((door) => file === door || (door.endsWith("/") && file.startsWith(door)));
    });
    expect(elsewhere).toEqual([]);
  });

  test("are installed with what ships", () => {
    const manifest = JSON.parse(readFileSync(join(SRC, "../package.json"), "utf8"));
    const installed = Object.keys(manifest.dependencies);
    expect(outside.filter(({ specifier }) => !installed.includes(nameOf(specifier)))).toEqual([]);
    expect(Object.keys(DOORS).toSorted()).toEqual(installed.toSorted());
  });
});

describe("imports", () => {
  test("of our own files end in .ts", () => {
    expect(inside.filter(({ specifier }) => !specifier.endsWith(".ts"))).toEqual([]);
  });

  test("never reach test support from what ships", () => {
    expect(inside.filter((one) => TEST_SUPPORT.has(target(one)))).toEqual([]);
  });
});
