/** Completion in real shells. A shell that is not installed is named in the tests that are skipped, and on stderr. */
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { generatedHelp } from "../../src/cli/help/generated.ts";
import { EXIT_MEANINGS } from "../../src/cli/exit-meanings.ts";
import { MAIN } from "../helpers/command-line.ts";
import { Scratch } from "../helpers/reaching.ts";

jest.setTimeout(120_000);

const ASKING = {
  bash: [
    "source <(runbook completion bash)",
    "COMP_LINE=$LINE COMP_POINT=${#LINE}",
    "_runbook 2>/dev/null",
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ],
  zsh: [
    "autoload -Uz compinit; compinit -u -D",
    "source <(runbook completion zsh)",
    "_describe() { print -rl -- ${${(P)4}%%:*} }",
    "_files() { print files }",
    'words=("${(@s: :)LINE}"); CURRENT=$#words; _runbook',
  ],
  fish: ["runbook completion fish | source", 'complete -C "$LINE" | string replace -r "\\t.*" ""'],
} as const;

let scratch: Scratch;
beforeAll(() => {
  scratch = new Scratch();
  mkdirSync(join(scratch.path, "bin"));
  scratch.file("bin/runbook", `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, 0o755);
  scratch.file("hosts.ini", "ns1\nns2\n[web]\nns1\n");
  scratch.file("only.yaml", "");
});
afterAll(() => scratch[Symbol.dispose]());

function completed(shell: keyof typeof ASKING, line: string): readonly string[] {
  const flags = shell === "zsh" ? ["-f"] : shell === "fish" ? ["--no-config"] : ["--norc"];
  const { stdout, stderr } = spawnSync(shell, [...flags, "-c", ASKING[shell].join("\n")], {
    cwd: scratch.path,
    encoding: "utf8",
    env: {
      PATH: `${join(scratch.path, "bin")}:${process.env["PATH"] ?? ""}`,
      HOME: scratch.path,
      TERM: "xterm",
      LINE: line,
    },
  });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((word) => word !== "");
}

const isThere = (shell: string): boolean => spawnSync(shell, ["-c", "true"]).status === 0;

describe.each(["bash", "zsh", "fish"] as const)("%s", (shell) => {
  if (!isThere(shell)) {
    process.stderr.write(`NOT TESTED: ${shell} is not installed, its completion was not run\n`);
    test.skip(`NOT TESTED: ${shell} is not installed here`, () => undefined);
    return;
  }

  test.each([
    ["runbook pla", ["plan"]],
    ["runbook apply --mo", ["--mode"]],
    ["runbook apply --mode w", ["window"]],
    ["runbook apply -i hosts.ini -l we", ["web"]],
    ["runbook vars -i hosts.ini ns", ["ns1", "ns2"]],
    ["runbook doc lmdb.us", ["lmdb.usable"]],
    ["runbook vault encrypt_", ["encrypt_string"]],
  ])("completes %j", (line, words) => {
    const found = completed(shell, line).filter((word) => word !== "files");
    expect(found.toSorted()).toEqual(words);
  });
});

describe("what is made from the command tree", () => {
  test("names every exit status", () => {
    const page = generatedHelp().get("docs/man/runbook.1") ?? "";
    for (const meaning of Object.values(EXIT_MEANINGS))
      expect(page.replaceAll("\\", "")).toContain(meaning.replaceAll("…", "..."));
  });

  test("is a manual page without complaints of groff", () => {
    const page = generatedHelp().get("docs/man/runbook.1") ?? "";
    if (!isThere("groff")) {
      process.stderr.write("NOT TESTED: groff is not installed, the manual page was not set\n");
      return;
    }
    const { stdout, stderr } = spawnSync("groff", ["-man", "-Tutf8", "-ww", "-K", "utf8"], {
      input: page,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(stdout).toContain("runbook rollback");
  });
});
