/** Templates for the engine: our Jinja engine with the controller's files, environment and vault passwords. */
import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { isTemplate, PENDING, renderText, renderValue, evaluateCondition } from "../jinja/index.ts";
import type { PathFacts, RenderSettings } from "../jinja/index.ts";
import type { Redactor } from "../lib/redact.ts";
import type { Renderer, TemplateFunctions } from "../model/rendering.ts";
import type { Scope, VaultText } from "../model/value.ts";
import type { VaultReader } from "../vault/vault.ts";
import { readYamlDocuments } from "../yaml/read.ts";
import type { FilesSeen } from "./files-seen.ts";

export interface RendererOptions {
  readonly vault: VaultReader;
  readonly redactor: Redactor;
  /** Folders for include, import and lookup('file'). */
  readonly folders: readonly string[];
  readonly hosts: readonly string[];
  readonly scopeOf: (host: string) => Scope | undefined;
  readonly seen?: FilesSeen;
}

/** What templates may see of the controller: files, environment, vault passwords, the other hosts. */
export function templateSettings(options: RendererOptions): RenderSettings {
  return {
    decrypt: (text) => decrypt(options, text),
    searchPath: options.folders,
    readFile: (path) => {
      const absolute = resolve(found(path, options.folders));
      const bytes = readFileSync(absolute);
      options.seen?.note(absolute, bytes);
      return bytes.toString("utf8");
    },
    listFolder: (path) => readdirSync(found(path, options.folders)),
    lookAt,
    environment: process.env,
    readYaml: (text) => {
      const read = readYamlDocuments(text, "from_yaml", {
        duplicateKeys: "warning",
        types: "exact",
      });
      if (!read.value) throw new Error(read.problems[0]?.summary ?? "not YAML");
      return read.value;
    },
    hosts: { names: options.hosts, scopeOf: options.scopeOf },
  };
}

export function createRenderer(options: RendererOptions): Renderer {
  const settings = templateSettings(options);
  const withFunctions = (functions: TemplateFunctions | undefined): RenderSettings =>
    functions ? { ...settings, functions } : settings;
  return {
    value: (source, scope, at, functions) =>
      // Most values are plain: they need no engine.
      typeof source === "string" && !isTemplate(source)
        ? { kind: "rendered", value: source }
        : renderValue(source, scope, withFunctions(functions), at),
    condition: (expression, scope, at, functions) =>
      evaluateCondition(expression, scope, withFunctions(functions), at),
    text: (source, scope, at) => renderText(source, scope, settings, at),
    pending: () => PENDING,
  };
}

function lookAt(path: string, links: "follow" | "as-they-are"): PathFacts | undefined {
  const look = links === "follow" ? statSync : lstatSync;
  try {
    const known = look(path);
    const kind = known.isDirectory()
      ? "directory"
      : known.isFile()
        ? "file"
        : known.isSymbolicLink()
          ? "link"
          : "other";
    return { kind, device: known.dev, number: known.ino };
  } catch {
    return undefined;
  }
}

function found(path: string, folders: readonly string[]): string {
  if (isAbsolute(path)) return path;
  const candidates = folders.map((folder) => join(folder, path));
  return (
    candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })) ??
    candidates[0] ??
    path
  );
}

function decrypt({ vault, redactor }: RendererOptions, text: VaultText): string {
  const plain = vault.decrypt(text.ciphertext, text.at);
  if (plain.value === undefined) {
    const [problem] = plain.problems;
    // The template room passes a diagnostic on as it is, hint and place included.
    throw Object.assign(new Error(problem?.summary), problem);
  }
  const value = Buffer.from(plain.value).toString("utf8");
  redactor.add(value);
  return value;
}
