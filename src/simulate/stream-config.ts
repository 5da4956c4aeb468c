import { isValueMap, type Value } from "../model/value.ts";
import { readYaml } from "../yaml/read.ts";

/** What Lightning Stream takes from its file. */
export interface StreamConfig {
  readonly instance: string;
  readonly prefix: string;
  readonly lmdbs: readonly { readonly name: string; readonly path: string }[];
  readonly httpPort: number | undefined;
}

/** Reads the file as Lightning Stream does: variables of the environment first, an unset one being empty; then YAML. */
export function readStreamConfig(
  text: string,
  environment: ReadonlyMap<string, string>,
  hostName: string,
): StreamConfig | { readonly kind: "refused"; readonly why: string } {
  const expanded = text.replace(
    /\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/g,
    (_all, braced: string | undefined, bare: string | undefined) =>
      environment.get(braced ?? bare ?? "") ?? "",
  );
  const read = readYaml(expanded, "lightningstream.yml", { duplicateKeys: "error" });
  if (read.value === undefined) {
    return { kind: "refused", why: read.problems[0]?.summary ?? "yaml: it cannot be read" };
  }
  const root = read.value.value;
  const unknown = Object.keys(isValueMap(root) ? root : {}).find((key) => !KNOWN.has(key));
  if (unknown !== undefined) {
    return {
      kind: "refused",
      why: `yaml: unmarshal errors: field ${unknown} not found in type config.Config`,
    };
  }
  const lmdbs = at(root, "lmdbs");
  if (!isValueMap(lmdbs) || textAt(root, "storage", "type") !== "s3") {
    return { kind: "refused", why: "storage: the simulated one is of type s3" };
  }
  const instance = textAt(root, "instance") ?? hostName;
  const port = /:(\d+)$/.exec(textAt(root, "http", "address") ?? "")?.[1];
  return {
    instance: instance.replace(/[^A-Za-z0-9-]/g, "-"),
    prefix: textAt(root, "storage", "options", "global_prefix") ?? "",
    lmdbs: Object.keys(lmdbs).map((name) => ({ name, path: textAt(lmdbs, name, "path") ?? "" })),
    httpPort: port === undefined ? undefined : Number(port),
  };
}

const KNOWN = new Set([
  "instance",
  "lmdbs",
  "storage",
  "http",
  "log",
  "sweeper",
  "health",
  "storage_poll_interval",
  "lmdb_poll_interval",
  "storage_force_snapshot_interval",
  "storage_retry_interval",
  "storage_retry_count",
  "storage_retry_forever",
]);

function at(value: Value | undefined, ...path: readonly string[]): Value | undefined {
  return path.reduce<Value | undefined>(
    (inside, key) => (isValueMap(inside) ? inside[key] : undefined),
    value,
  );
}

function textAt(value: Value | undefined, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return found === null || found === undefined || typeof found === "object"
    ? undefined
    : String(found);
}
