import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { secret } from "../../src/model/command.ts";
import { UnsafeText, VaultText } from "../../src/model/value.ts";
import type { Scope, Value, ValueMap } from "../../src/model/value.ts";
import { vaultReader } from "../../src/vault/vault.ts";
import { readYamlDocuments } from "../../src/yaml/read.ts";
import { evaluateCondition } from "../../src/jinja/condition.ts";
import { readJson } from "../../src/jinja/json-text.ts";
import { renderDatum } from "../../src/jinja/render-value.ts";
import { renderText } from "../../src/jinja/render-text.ts";
import type { RenderSettings } from "../../src/jinja/settings.ts";
import { keyText } from "../../src/jinja/to-json.ts";
import { Day, Dict, List, Moment } from "../../src/jinja/values/datum.ts";
import type { Datum } from "../../src/jinja/values/datum.ts";
import { print, repr } from "../../src/jinja/values/print.ts";
import { typeName } from "../../src/jinja/values/type-name.ts";

// The cases of the Jinja oracle: what ansible-core 2.19 answered, and what we answer, in the same words.

const FOLDER = join(import.meta.dirname, "../fixtures/oracle/jinja");
const FILES = join(FOLDER, "files");

export interface OracleCase {
  readonly id: string;
  readonly kind: string;
  readonly template: string;
  readonly vars: Dict;
  readonly inventory: string | undefined;
  readonly host: string | undefined;
  readonly unordered: boolean;
  readonly expect: Dict;
}

function text(dict: Dict, key: string): string | undefined {
  const value = dict.get(key);
  return typeof value === "string" ? value : undefined;
}

function dictAt(dict: Dict, key: string): Dict {
  const value = dict.get(key);
  return value instanceof Dict ? value : new Dict();
}

export function readOracle(name: string): OracleCase[] {
  const file = readJson(readFileSync(join(FOLDER, name), "utf8"));
  const cases = file instanceof Dict ? file.get("cases") : undefined;
  if (!(cases instanceof List)) throw new Error("no cases");
  return cases.all().flatMap((one) => {
    if (!(one instanceof Dict)) return [];
    return [
      {
        id: text(one, "id") ?? "",
        kind: text(one, "kind") ?? "",
        template: text(one, "template") ?? "",
        vars: dictAt(one, "vars"),
        inventory: text(one, "inventory"),
        host: text(one, "host"),
        unordered: one.get("unordered") === true,
        expect: dictAt(one, "expect"),
      },
    ];
  });
}

function inbound(datum: Datum): Value {
  if (datum instanceof List) return datum.all().map(inbound);
  if (datum instanceof Dict) {
    const unsafe = text(datum, "__ansible_unsafe");
    const vault = text(datum, "__ansible_vault");
    if (unsafe !== undefined) return new UnsafeText(unsafe);
    if (vault !== undefined) return new VaultText(vault);
    return inboundMap(datum);
  }
  return datum as Value;
}

function inboundMap(dict: Dict): ValueMap {
  return Object.fromEntries(dict.pairs().map(([key, value]) => [print(key), inbound(value)]));
}

const password = readFileSync(join(FILES, "vault-password"), "utf8").trim();
const vault = vaultReader([{ label: "default", password: secret(password) }]);

const settings: RenderSettings = {
  decrypt: (value) => {
    const plain = vault.decrypt(value.ciphertext).value;
    if (plain === undefined) throw new Error("cannot decrypt");
    return Buffer.from(plain).toString("utf8");
  },
  searchPath: [FILES],
  readFile: (path) => readFileSync(path, "utf8"),
  listFolder: (path) => readdirSync(path),
  lookAt: (path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    const kind = found.isDirectory() ? "directory" : "file";
    return { kind, device: found.dev, number: found.ino };
  },
  environment: { ORACLE_ENV: "from-env", HOME: "/home/oracle" },
  runCommand: (command) => execFileSync("/bin/sh", ["-c", command], { encoding: "utf8" }),
  readYaml: (source) => {
    const read = readYamlDocuments(source, "text", { duplicateKeys: "warning", types: "exact" });
    if (read.value === undefined) throw new Error(read.problems[0]?.summary ?? "bad YAML");
    return read.value;
  },
};

/** What we answer, in the words of the oracle: type, value and print, or omitted, or error. */
export function ourAnswer(one: OracleCase): string {
  const { scope, more } = world(one);
  const all = { ...settings, ...more };
  if (one.kind === "when") {
    const got = evaluateCondition(one.template, scope, all);
    return got.kind === "rendered" ? `bool ${got.value ? "True" : "False"}` : outcome(got.kind);
  }
  if (one.kind === "text") {
    const got = renderText(one.template, scope, all);
    return got.kind === "rendered" ? `str ${repr(got.value)}` : outcome(got.kind);
  }
  const got = renderDatum(one.template, scope, all);
  if (got.kind !== "rendered") return outcome(got.kind);
  const value = plain(got.value);
  return `${typeName(value)} ${describeValue(value, one.unordered)}`;
}

function outcome(kind: string): string {
  return kind === "problem" ? "error" : kind;
}

/** Containers without tuples and `omit`, as they leave a rendering. */
function plain(datum: Datum): Datum {
  if (datum instanceof List) {
    return new List(
      datum
        .all()
        .filter((item) => typeName(item) !== "_OmitType")
        .map(plain),
    );
  }
  if (!(datum instanceof Dict)) return datum;
  const kept = datum.pairs().filter(([, value]) => typeName(value) !== "_OmitType");
  const out = new Dict();
  for (const [key, value] of kept) out.set(keyText(key), keyText(key), plain(value));
  return out;
}

function describeValue(datum: Datum, unordered: boolean): string {
  if (datum instanceof List && unordered) return `[${datum.all().map(repr).toSorted().join(", ")}]`;
  return repr(datum);
}

export function oracleAnswer(one: OracleCase): string {
  const { expect: wanted } = one;
  if (wanted.has("omitted")) return "omitted";
  if (wanted.has("error")) return "error";
  const type = text(wanted, "type") ?? "";
  const value = special(wanted.get("value") ?? null);
  return `${type === "null" ? "NoneType" : type} ${describeValue(value, one.unordered)}`;
}

/** The oracle writes what JSON has no word for as a type and a print. */
function special(datum: Datum): Datum {
  if (datum instanceof List) return new List(datum.all().map(special));
  if (!(datum instanceof Dict)) return datum;
  const type = text(datum, "__type");
  if (type === "float") return Number(text(datum, "text")?.replace("inf", "Infinity"));
  if (type === "datetime")
    return new Moment(BigInt(Date.parse(`${text(datum, "text") ?? ""}Z`)) * 1000n);
  if (type === "date") return new Day(Date.parse(text(datum, "text") ?? "") / 86_400_000);
  const out = new Dict();
  for (const [key, value] of datum.pairs()) out.set(print(key), key, special(value));
  return out;
}

function world(one: OracleCase): { scope: Scope; more: RenderSettings } {
  const values = inboundMap(one.vars);
  if (one.inventory === undefined || one.host === undefined)
    return { scope: [{ trusted: true, values }], more: {} };
  return oracleHosts(one.host, values);
}

/** The one inventory of the cases, as its variables lie in layers: the reader of inventories is tested elsewhere. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  all: ["w1", "w2", "d1", "d2"],
  ungrouped: [],
  web: ["w1", "w2"],
  db: ["d1", "d2"],
  prod: ["w1", "w2", "d1", "d2"],
  empty: [],
};

const HOST_VARIABLES: Readonly<Record<string, ValueMap>> = {
  w1: { http_port: 80, ansible_host: "192.0.2.1", alias: "{{ inventory_hostname }}-x" },
  w2: { http_port: 81, ansible_host: "192.0.2.2" },
  d1: { ansible_host: "192.0.2.9", role: "primary" },
  d2: {},
};

const PROD: ValueMap = {
  env: "prod",
  tier: "{{ group_names | first }}",
  full: "{{ inventory_hostname }}.{{ env }}",
};

function oracleHosts(host: string, values: ValueMap): { scope: Scope; more: RenderSettings } {
  const all = GROUPS["all"] ?? [];
  const scopeOf = (name: string): Scope => {
    const memberOf = Object.keys(GROUPS).filter((group) => GROUPS[group]?.includes(name));
    const magic: ValueMap = {
      inventory_hostname: name,
      inventory_hostname_short: name,
      group_names: memberOf.filter((group) => group !== "all").toSorted(),
      groups: GROUPS,
      play_hosts: all,
      ansible_play_hosts: all,
      ansible_play_hosts_all: all,
      ansible_play_batch: all,
      inventory_dir: FILES,
      inventory_file: "hosts",
      playbook_dir: FILES,
      ansible_version: { full: "2.19.14" },
      ansible_check_mode: false,
      ansible_verbosity: 0,
    };
    return [
      { trusted: true, values: PROD },
      { trusted: true, values: HOST_VARIABLES[name] ?? {} },
      { trusted: true, values },
      { trusted: false, values: magic },
    ];
  };
  return { scope: scopeOf(host), more: { hosts: { names: all, scopeOf } } };
}
