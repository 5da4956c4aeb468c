import { hasErrors, type Diagnostic, type Place } from "../model/diagnostic.ts";
import { isValueMap, type Value, type ValueMap } from "../model/value.ts";
import { isMapping, textEntries, textKeyed } from "../lib/mapping.ts";
import { isJson, readYaml } from "../yaml/read.ts";
import type { DraftHost, InventoryDraft } from "./draft.ts";
import type { InventoryFiles } from "./files.ts";
import type { InventoryAccess } from "./text-file.ts";

/** A script and what it was asked, for diagnostics. */
interface Asked {
  readonly path: string;
  readonly args: readonly string[];
}

/** Runs an executable inventory with `--list`, and with `--host NAME` where it does not answer `_meta`. */
export async function readScript(
  path: string,
  { files }: InventoryAccess,
  draft: InventoryDraft,
): Promise<readonly Diagnostic[]> {
  const listed = await ask({ path, args: ["--list"] }, files);
  if (listed.groups === undefined) return listed.problems;
  const problems: Diagnostic[] = [];
  const at: Place = { file: path, line: 1, column: 1 };
  const source = files.resolve(path);
  const hosts: DraftHost[] = [];
  for (const [name, content] of Object.entries(listed.groups)) {
    if (name === "_meta") continue;
    hosts.push(...readGroup(name, content, { at, source, draft, problems }));
  }
  const meta = textKeyed(listed.groups["_meta"] ?? null);
  const known = isValueMap(meta) ? textKeyed(meta["hostvars"] ?? null) : undefined;
  for (const host of hosts) {
    const variables = isValueMap(known)
      ? { groups: known[host.name], problems: [] }
      : await ask({ path, args: ["--host", host.name] }, files);
    problems.push(...variables.problems);
    if (!isMapping(variables.groups)) continue;
    for (const [name, value] of textEntries(variables.groups)) {
      draft.setHostVariable(host, name, value, at);
    }
  }
  return problems;
}

interface Target {
  readonly at: Place;
  readonly source: string;
  readonly draft: InventoryDraft;
  readonly problems: Diagnostic[];
}

/** A group is `{hosts, vars, children}` or just the list of its hosts. */
function readGroup(name: string, content: Value, to: Target): readonly DraftHost[] {
  const { at, source, draft, problems } = to;
  const group = draft.group(name);
  const parts = partsOf(name, content);
  const wrong = (what: string) =>
    problems.push(problem(at.file, `the script's answer has ${what} in group ${name}`));
  if (!Array.isArray(content) && !isMapping(content)) wrong("neither a list nor a mapping");
  const names = (key: "hosts" | "children"): readonly string[] => {
    const list = parts[key] ?? [];
    if (Array.isArray(list) && list.every((item) => typeof item === "string")) return list;
    wrong(`${key} that are not a list of names`);
    return [];
  };
  const hosts = names("hosts").map((host) => draft.addHost(host, name, { at, source }));
  for (const child of names("children")) draft.addChild(name, child, at);
  const variables = parts["vars"] ?? {};
  if (!isMapping(variables)) {
    wrong("vars that are not a mapping");
    return hosts;
  }
  for (const [key, value] of textEntries(variables)) {
    draft.setGroupVariable(group, key, value, at);
  }
  return hosts;
}

/** Old scripts answer a list of hosts, or the variables of a host under its name. */
function partsOf(name: string, content: Value): ValueMap {
  if (Array.isArray(content)) return { hosts: content };
  if (!isMapping(content)) return {};
  const parts: ValueMap = Object.fromEntries(textEntries(content));
  const isGroup = ["hosts", "vars", "children"].some((key) => Object.hasOwn(parts, key));
  return isGroup ? parts : { hosts: [name], vars: content };
}

async function ask(
  { path, args }: Asked,
  files: InventoryFiles,
): Promise<{ groups?: ValueMap; problems: readonly Diagnostic[] }> {
  const answer = await files.run(path, args);
  const asked = `${path} ${args.join(" ")}`;
  if (answer.kind === "not-started") {
    return { problems: [problem(path, `inventory script ${asked}: ${answer.reason}`)] };
  }
  if (answer.code !== 0) {
    const said = answer.stderr.trimEnd().split("\n").slice(-5);
    const failed = problem(path, `inventory script ${asked} ended with ${String(answer.code)}`);
    return { problems: [answer.stderr === "" ? failed : { ...failed, detail: said }] };
  }
  if (!isJson(answer.stdout)) {
    const [first = ""] = answer.stdout.trimStart().split("\n");
    const started = first === "" ? "nothing" : JSON.stringify(first.slice(0, 60));
    return {
      problems: [problem(path, `inventory script ${asked} did not print JSON: ${started}`)],
    };
  }
  const read = readYaml(answer.stdout, `output of ${asked}`, {
    duplicateKeys: "warning",
    types: "exact",
  });
  if (hasErrors(read.problems)) return { problems: read.problems };
  const groups = textKeyed(read.value?.value ?? null);
  if (isValueMap(groups)) return { groups, problems: [] };
  return { problems: [problem(path, `inventory script ${asked} did not print a JSON mapping`)] };
}

function problem(file: string, summary: string): Diagnostic {
  return {
    code: "inventory/script",
    severity: "error",
    summary,
    hint: "Run the script by hand with `--list`: it must print JSON and end with 0.",
    at: { file, line: 1, column: 1 },
  };
}
