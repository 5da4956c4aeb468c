import { lineMap } from "../../lib/line-map.ts";
import type { Diagnostic, Outcome } from "../../model/diagnostic.ts";
import { isValueMap, type Value, type ValueMap } from "../../model/value.ts";
import { entryOf } from "../../yaml/locate.ts";
import { composeOne, readYaml, type YamlPath } from "../../yaml/read.ts";
import { expandEnvironment } from "./expand-env.ts";

export interface ConfiguredLmdb {
  readonly name: string;
  readonly path: string;
}

/** What a Lightning Stream configuration says, as far as runbooks need it; its environment is already filled in. */
export interface LightningStreamConfig {
  /** Absent: the host's name. */
  readonly instance: string | undefined;
  readonly storage: string;
  /** Where snapshots go, in words that are equal on all hosts that share them. */
  readonly bucket: string;
  /** Undefined: the key is not there, which means the root of the bucket, as an empty text does. */
  readonly prefix: string | undefined;
  readonly lmdbs: readonly ConfiguredLmdb[];
  /** Absent: Lightning Stream cannot be asked over HTTP. */
  readonly http: { readonly address: string; readonly port: number } | undefined;
}

export const PREFIX_PATH: YamlPath = ["storage", "options", "global_prefix"];

/** Reads a configuration. Lightning Stream takes every scalar as text where it wants text, so a prefix of `6` is "6". */
export function readConfig(
  text: string,
  file: string,
  environment: ReadonlyMap<string, string>,
): Outcome<LightningStreamConfig> {
  const expanded = expandEnvironment(text, environment);
  const read = readYaml(expanded, file, { duplicateKeys: "warning" });
  if (read.value === undefined) return { problems: read.problems.map(inConfig) };
  const root = read.value.value;
  const composed = composeOne({ text: expanded, file, lines: lineMap(expanded) }).value?.root;
  const textAt = (...path: string[]): string | undefined => {
    const found = entryOf(composed, path);
    if (found.kind === "found" && found.node.kind === "scalar") {
      const { node } = found;
      const nothing = node.style === "plain" && /^(?:~|null|Null|NULL|)$/.test(node.text);
      return nothing ? undefined : node.text;
    }
    const value = valueAt(root, path);
    return value === null || value === undefined || typeof value === "object"
      ? undefined
      : String(value);
  };
  const option = (name: string) => textAt("storage", "options", name) ?? "";
  return {
    problems: [],
    value: {
      instance: textAt("instance"),
      storage: textAt("storage", "type") ?? "",
      bucket: [option("endpoint_url"), option("bucket"), option("container"), option("root_path")]
        .filter((part) => part !== "")
        .join("/"),
      prefix: valueAt(root, PREFIX_PATH) === undefined ? undefined : (textAt(...PREFIX) ?? ""),
      lmdbs: Object.keys(mapAt(root, ["lmdbs"])).map((name) => ({
        name,
        path: textAt("lmdbs", name, "path") ?? "",
      })),
      http: httpAddress(textAt("http", "address") ?? ""),
    },
  };
}

const PREFIX = ["storage", "options", "global_prefix"] as const;

function valueAt(root: Value, path: YamlPath): Value | undefined {
  let value: Value | undefined = root;
  for (const part of path) value = isValueMap(value) ? value[part] : undefined;
  return value;
}

function mapAt(root: Value, path: YamlPath): ValueMap {
  const value = valueAt(root, path);
  return isValueMap(value) ? value : {};
}

/** A host without a name, or one that means "every interface", is asked on its loopback. */
function httpAddress(written: string): LightningStreamConfig["http"] {
  const found = /^(.*):(\d+)$/.exec(written);
  if (found === null) return undefined;
  const address = (found[1] ?? "").replace(/^\[(.*)\]$/, "$1");
  const everywhere = ["", "0.0.0.0", "::"].includes(address);
  return { address: everywhere ? "127.0.0.1" : address, port: Number(found[2]) };
}

function inConfig(problem: Diagnostic): Diagnostic {
  return { ...problem, hint: problem.hint ?? "Lightning Stream would refuse this file too." };
}

/** The LMDB of zones and of the schema version; the other ones hold records. */
export function mainLmdb(lmdbs: readonly ConfiguredLmdb[]): ConfiguredLmdb | undefined {
  return lmdbs.find(({ path }) => !/-\d+$/.test(path)) ?? lmdbs[0];
}
