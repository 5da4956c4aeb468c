import { writeFile } from "node:fs/promises";
import { fleetView, lookTogether } from "../../engine/gate.ts";
import { hostIdentity } from "../../engine/identity.ts";
import type { Running } from "../../engine/running.ts";
import { errorCode, errorText } from "../../lib/error-words.ts";
import { printable } from "../../lib/printable.ts";
import type { HostId } from "../../model/ids.ts";
import { taskId } from "../../model/ids.ts";
import { hostList } from "../../report/host-list.ts";
import { doctorsPlaybook } from "../doctor/playbook.ts";
import { SURVEY, surveyIn } from "../doctor/survey.ts";
import { EXIT } from "../exit-codes.ts";
import { lookingRun } from "../looking.ts";
import { prepareNewRun } from "../new-run.ts";
import type { InitOptions } from "../options.ts";
import type { Terminal } from "../terminal.ts";

/** Finds the name servers of an inventory, and writes what the schema upgrade wants to know of them. */
export async function init(given: InitOptions, terminal: Terminal): Promise<number> {
  const options = await withInventory(given, terminal);
  const made = await prepareNewRun(doctorsPlaybook(options.limit ?? "all"), options, terminal);
  if (typeof made === "number") return made;
  await using running = lookingRun(made, terminal);
  const servers = await nameServers(running, made.spec.hosts, terminal);
  if (servers.length === 0) {
    terminal.err("No host has both PowerDNS and Lightning Stream; nothing was written.\n");
    return EXIT.noHosts;
  }
  terminal.out(`name servers with Lightning Stream: ${hostList(servers)}\n`);
  const found = await standing(running, servers, terminal);
  if (found === undefined) return EXIT.refused;
  terminal.out(`they are at schema ${found.schema}, prefix ${found.prefix ?? "none"}\n`);
  if (found.schema >= NEWEST.schema && options.targetVersion === undefined) {
    terminal.err(
      `That is the schema of PowerDNS ${NEWEST.release}, so there is nothing to migrate to; nothing was written. --target-version names a later release.\n`,
    );
    return EXIT.refused;
  }
  const version =
    options.targetVersion ?? (await terminal.ask(`Version to install (${NEWEST.release}): `));
  if (version === undefined)
    terminal.err("No --target-version was given: give it with -e target_version=… later.\n");
  const files = filesFor(options.out, servers, found, version === "" ? NEWEST.release : version);
  for (const [file, text] of files) {
    try {
      await writeFile(file, text, { flag: options.force ? "w" : "wx" });
    } catch (error) {
      const exists = errorCode(error) === "EEXIST";
      const why = exists ? "it is there already; --force writes over it" : errorText(error);
      terminal.err(`${file} was not written: ${why}.\n`);
      return exists ? EXIT.refused : EXIT.declined;
    }
    terminal.out(`written: ${file}\n`);
  }
  const inventories = options.inventory.map((source) => `-i ${source} `).join("");
  const named = files.map(([file]) => file);
  terminal.out(
    `next: runbook plan playbooks/schema-upgrade.yaml ${inventories}-i ${named[1] ?? ""} -e @${named[0] ?? ""}\n`,
  );
  return EXIT.done;
}

/** The newest release whose schema is known here. */
const NEWEST = { release: "5.1.*", schema: 6 };

async function withInventory(options: InitOptions, terminal: Terminal): Promise<InitOptions> {
  const known = process.env["RUNBOOK_INVENTORY"] ?? process.env["ANSIBLE_INVENTORY"];
  if (options.inventory.length > 0 || known) return options;
  const answer = await terminal.ask("Inventory (file, folder or comma list): ");
  return answer ? { ...options, inventory: [answer] } : options;
}

async function nameServers(
  running: Running,
  hosts: readonly HostId[],
  terminal: Terminal,
): Promise<readonly HostId[]> {
  const answers = await Promise.all(
    hosts.map(async (host) => {
      const connection = running.transport.connection(host);
      const identity = hostIdentity(running, host);
      const opened = await connection.open(identity);
      if (opened.kind !== "open") {
        terminal.err(`left out: ${host}: ${printable(opened.diagnostic.summary)}\n`);
        return [];
      }
      const ended = await connection.session(identity).read(SURVEY);
      const tools =
        ended.kind === "exited"
          ? surveyIn(new TextDecoder().decode(ended.stdout))?.tools
          : undefined;
      return tools?.has("pdns_server") && tools.has("lightningstream") ? [host] : [];
    }),
  );
  return answers.flat();
}

interface Standing {
  readonly schema: number;
  readonly prefix: string | null;
}

/** Schema and prefix that all of them have. Undefined: they differ or do not say, and it was said. */
async function standing(
  running: Running,
  hosts: readonly HostId[],
  terminal: Terminal,
): Promise<Standing | undefined> {
  const task = running.program.tasks.get(taskId("state"));
  if (!task) throw new Error("the doctor's playbook has no look at the state");
  const looks = await lookTogether(running, task, hosts, fleetView(running, hosts));
  const problems = looks.flatMap(({ host, answer }) => {
    const diagnostic =
      answer.kind !== "seen"
        ? answer.diagnostic
        : answer.verdict.kind === "fails"
          ? answer.verdict.diagnostic
          : undefined;
    return diagnostic ? [{ ...diagnostic, summary: `${host}: ${diagnostic.summary}` }] : [];
  });
  terminal.problems(problems);
  if (problems.length > 0) return undefined;
  const seen = looks.flatMap(({ answer }) => (answer.kind === "seen" ? [answer.seen] : []));
  const all = new Map(seen.map((one) => [JSON.stringify(standingIn(one)), standingIn(one)]));
  const [only] = [...all.values()];
  if (only && all.size === 1) return only;
  terminal.err(
    "The name servers are not at one schema; `runbook doctor` shows where each stands.\n",
  );
  return undefined;
}

function standingIn(seen: unknown): Standing | undefined {
  if (typeof seen !== "object" || seen === null || !("schema" in seen)) return undefined;
  const prefix = "prefix" in seen && typeof seen.prefix === "string" ? seen.prefix : null;
  return typeof seen.schema === "number" ? { schema: seen.schema, prefix } : undefined;
}

function filesFor(
  out: string,
  hosts: readonly HostId[],
  { schema, prefix }: Standing,
  version: string | undefined,
): readonly (readonly [string, string])[] {
  const next = Math.max(schema + 1, NEWEST.schema);
  const site = [
    "# What the schema upgrade wants to know of this site. Written by `runbook init`; give it with -e @FILE.",
    ...(version === undefined ? [] : [`target_version: ${JSON.stringify(version)}`]),
    `old_schema: ${schema}`,
    `new_schema: ${next}`,
    `new_prefix: ${JSON.stringify(nextPrefix(prefix ?? "", schema, next))}`,
  ];
  const group = [
    "# The name servers that `runbook init` found; a second inventory beside yours.",
    "[dns_auth]",
    ...hosts,
  ];
  return [
    [`${out}.yml`, `${site.join("\n")}\n`],
    [`${out}.ini`, `${group.join("\n")}\n`],
  ];
}

/** As the site names its prefixes: `pdns-v5` becomes `pdns-v6`; one that does not tell its schema gets it at its end. */
export function nextPrefix(prefix: string, schema: number, next: number): string {
  const told = new RegExp(String.raw`(?<!\d)${schema}(?!.*\d)`);
  if (told.test(prefix)) return prefix.replace(told, String(next));
  return prefix === "" ? `v${next}` : `${prefix.replace(/[-_/]$/, "")}-v${next}`;
}
