import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import { ansiblePython } from "../helpers/ansible-answers.ts";
import { invoke } from "../helpers/command-line.ts";
import { KNOWN_DIFFERENCES } from "../helpers/known-differences.ts";

jest.setTimeout(120_000);

const FOLDER = join(import.meta.dirname, "../fixtures/oracle/jinja");
const FILES = join(FOLDER, "files");
const ENV = { ORACLE_ENV: "from-env", HOME: "/home/oracle", TZ: "UTC", PATH: "/usr/bin:/bin" };

interface Answer {
  readonly type?: string;
  readonly value?: unknown;
  readonly text?: string;
  readonly error?: unknown;
  readonly omitted?: true;
}

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly template: string;
  readonly unordered?: true;
  readonly expect: Answer;
}

/** One case a line, as they stand in the file: JavaScript would lose the floats and the order of keys. */
function linesOf(name: string): readonly string[] {
  return readFileSync(join(FOLDER, name), "utf8")
    .split("\n")
    .filter((line) => line.startsWith('{"id"'))
    .map((line) => line.replace(/,$/, ""));
}

const run = (args: readonly string[], stdin = "") =>
  invoke(["template", ...args], { cwd: FILES, env: ENV, stdin }).ended;

const lines = (...requests: readonly object[]) =>
  requests.map((request) => `${JSON.stringify(request)}\n`).join("");

async function answersTo(requests: readonly string[]): Promise<readonly Answer[]> {
  const { code, out } = await run(
    ["--jsonl", "--allow-commands", "--vault-password-file", "vault-password"],
    requests.map((line) => `${line}\n`).join(""),
  );
  expect(code).toBe(0);
  return out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Answer);
}

/** The same words for both; lists that ansible builds from sets have no order. */
function said(answer: Answer, unordered: boolean): string {
  if ("error" in answer) return "error";
  const { value, text } = answer;
  if (unordered && Array.isArray(value))
    return JSON.stringify(value.map((one) => JSON.stringify(one)).toSorted());
  return JSON.stringify([answer.omitted, answer.type, value, text]);
}

/** Why they differ is said in docs/reference/templates.md. */
const DIFFERENT: readonly string[] = ["serial-033"];

describe("runbook template --jsonl", () => {
  const files = ["cases.json", "generated-cases.json"];
  test.each(files)("gives the answers of ansible-core 2.19 in %s, in order", async (file) => {
    const caseLines = linesOf(file);
    const cases = caseLines.map((line) => JSON.parse(line) as Case);
    const answers = await answersTo(caseLines);
    expect(answers.length).toBe(cases.length);
    const show = (one: Case, answer: Answer | undefined) =>
      `${one.id} ${one.template} → ${answer && said(answer, one.unordered === true)}`;
    const compared = cases.map((one, index) => ({ one, answer: answers[index] }));
    const fair = compared.filter(({ one }) => !DIFFERENT.includes(one.id));
    expect(fair.map(({ one, answer }) => show(one, answer))).toEqual(
      fair.map(({ one }) => show(one, one.expect)),
    );
  });

  test("answers a line that is no request with an error, and goes on", async () => {
    const { code, out } = await run(
      ["--jsonl"],
      `nonsense\n[]\n{"template": 1}\n{"template":"{{ 1 }}"}\n`,
    );
    const answers = out.trimEnd().split("\n");
    expect(code).toBe(0);
    expect(answers.map((line) => "error" in (JSON.parse(line) as Answer))).toEqual([
      ...[true, true, true, false],
    ]);
  });

  test("says where in the template the problem is", async () => {
    const asked = { kind: "text", template: "a\n  {{ port }}", vars: { ports: 1 } };
    const { out } = await run(["--jsonl"], lines(asked));
    expect(JSON.parse(out)).toEqual({
      error: {
        code: "jinja/undefined",
        message: "'port' is undefined",
        at: "<template>:2:6",
        hint: 'Did you mean "ports"?',
      },
    });
  });

  test("keeps keys that look like numbers where they were set", async () => {
    const asked = '{"template": "{{ d }}", "vars": {"d": {"12": 1, "9": 2, "a": 3, "0": 4}}}\n';
    const { out } = await run(["--jsonl"], asked);
    expect(out).toContain(`"value": {"12": 1, "9": 2, "a": 3, "0": 4}`);
  });
});

const python = process.env["ANSIBLE_PYTHON"] ?? ansiblePython() ?? "python3";
const GENERATOR = join(import.meta.dirname, "../oracle/templates.py");
/** Others find differences that are left, in less than one template of a hundred. */
const SEED = Number(process.env["TEMPLATE_SEED"] ?? 1);
const probe = spawnSync(python, ["-c", "import ansible.release as r; print(r.__version__)"], {
  encoding: "utf8",
});
const hasAnsible = probe.stdout?.startsWith("2.19.") === true;
if (!hasAnsible)
  process.stderr.write(
    "\nRANDOM TEMPLATES ARE NOT COMPARED: there is no ansible-core 2.19. `bash .ci/ansible` installs it.\n",
  );

describe("runbook template --jsonl, asked random templates", () => {
  const compared = hasAnsible ? test : test.skip;
  compared(`agrees with the ansible-core that is installed, seed ${SEED}`, async () => {
    const made = spawnSync(python, [GENERATOR, "--seed", String(SEED), "--count", "600"], {
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
      // Some templates keep Python itself busy for good; what was answered until then is enough.
      timeout: 60_000,
    });
    const caseLines = made.stdout.split("\n").filter((line) => line.endsWith("}"));
    const cases = caseLines.map((line) => JSON.parse(line) as Case);
    expect(cases.length).toBeGreaterThan(100);
    const answers = await answersTo(caseLines);
    const differing = cases.filter((one, index) => {
      const answer = answers[index];
      return answer === undefined || said(answer, false) !== said(one.expect, false);
    });
    expect(differing.length).toBeLessThanOrEqual(cases.length * 0.02);
    const known = (one: Case) => KNOWN_DIFFERENCES.some((pattern) => pattern.test(one.template));
    expect(differing.filter((one) => !known(one))).toEqual([]);
  });
});

describe("runbook template", () => {
  test("prints text as it is and everything else as JSON", async () => {
    expect((await run(["{{ 'a' ~ 1 }}"])).out).toBe("a1\n");
    expect((await run(["{{ {'a': [1, 2.0, none]} }}"])).out).toBe('{"a": [1, 2.0, null]}\n');
  });

  test("renders standard input as the text of a template file", async () => {
    const { out } = await run(
      ["-", "-e", '{"l": [1, 2]}'],
      "{% for x in l %}\n- {{ x }}\n{% endfor %}\n",
    );
    expect(out).toBe("- 1\n- 2\n");
  });

  test("runs no command unless that is allowed", async () => {
    const refused = await run(["{{ lookup('pipe', 'echo hi') }}"]);
    expect([refused.code, refused.out]).toEqual([16, ""]);
    expect(refused.err).toContain("--allow-commands");
    expect((await run(["--allow-commands", "{{ lookup('pipe', 'echo hi') }}"])).out).toBe("hi\n");
  });

  test("refuses a host that the inventory does not have", async () => {
    const { code, err } = await run(["-i", "a,b", "--host", "c", "{{ 1 }}"]);
    expect(code).toBe(15);
    expect(err).toContain("no host c");
  });
});
