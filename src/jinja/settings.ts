import type { Json } from "../model/json.ts";
import type { Scope, Value, VaultText } from "../model/value.ts";

/** The hosts of an inventory, for `hostvars`: each host's variables are rendered in that host's own scope. */
export interface HostScopes {
  readonly names: readonly string[];
  scopeOf(host: string): Scope | undefined;
}

/** What a path on the controller is. Two paths are one file when device and number are the same. */
export interface PathFacts {
  readonly kind: "file" | "directory" | "link" | "other";
  readonly device: number;
  readonly number: number;
}

export interface RenderSettings {
  /** Decrypts an inline vault value when it is used; throws an Error whose message says why it cannot. */
  readonly decrypt?: (vault: VaultText) => string;
  /** Folders for include, import and lookup('file'), first match wins. */
  readonly searchPath?: readonly string[];
  /** Reads a file; throws if it is missing. */
  readonly readFile?: (path: string) => string;
  /** Names in a folder, for lookup('fileglob'); throws if it is missing. */
  readonly listFolder?: (path: string) => readonly string[];
  /** Looks at a path on the controller, for the tests `file`, `link`, `exists` and so on; undefined: it is not there. */
  readonly lookAt?: (path: string, links: "follow" | "as-they-are") => PathFacts | undefined;
  /** For lookup('env'), `expandvars` and `expanduser`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Further functions, for example record('prefix'). What they answer is plain text, never a template. */
  readonly functions?: Readonly<
    Record<string, (args: readonly Json[], kwargs: Readonly<Record<string, Json>>) => Json>
  >;
  /** Reads YAML documents for the filter `from_yaml`; throws an Error on bad YAML. */
  readonly readYaml?: (text: string) => readonly Value[];
  /** Runs a shell command of lookup('pipe') or lookup('lines') and answers what it prints; absent: they are refused. */
  readonly runCommand?: (command: string) => string;
  readonly hosts?: HostScopes;
  readonly now?: () => Date;
  /** Evaluation steps before a rendering is given up. */
  readonly budget?: number;
}
