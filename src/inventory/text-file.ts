import type { RenderSettings } from "../jinja/index.ts";
import { decodeUtf8 } from "../lib/utf8.ts";
import type { Outcome } from "../model/diagnostic.ts";
import type { ValueMap } from "../model/value.ts";
import { isVault } from "../vault/envelope.ts";
import type { VaultReader } from "../vault/vault.ts";
import type { InventoryFiles } from "./files.ts";
import type { InventorySettings } from "./settings.ts";

/** What reading a file of an inventory needs. */
export interface FileAccess {
  readonly files: InventoryFiles;
  readonly vault: VaultReader;
  readonly settings: InventorySettings;
}

/** What reading an inventory needs of the outer world. */
export interface InventoryAccess extends FileAccess {
  /** What expressions of a `constructed` file may see of the controller. */
  readonly templates: RenderSettings;
  readonly extraVars: ValueMap;
}

export interface TextFile {
  readonly text: string;
  /** Absolute. */
  readonly path: string;
  readonly encrypted: boolean;
  readonly executable: boolean;
}

/** A file of this size is something else than an inventory. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Reads a file that may be encrypted as a whole. */
export async function readTextFile(
  file: string,
  { files, vault }: FileAccess,
): Promise<Outcome<TextFile>> {
  const found = await files.read(file);
  if (found.kind !== "bytes") {
    const reason = found.kind === "absent" ? "does not exist" : found.reason;
    const summary = `${file}: ${reason}`;
    return { problems: [{ code: "inventory/unreadable", severity: "error", summary }] };
  }
  const { path } = found;
  if (found.bytes.length > MOST_BYTES) {
    const summary = `larger than ${String(MOST_BYTES / 1024 / 1024)} MiB`;
    const at = { file, line: 1, column: 1 };
    return { problems: [{ code: "inventory/too-large", severity: "error", summary, at }] };
  }
  const executable = (found.mode & 0o111) !== 0;
  const raw = decodeUtf8(found.bytes, file);
  if (raw.value === undefined) return { problems: raw.problems };
  if (!isVault(raw.value)) {
    return { value: { text: raw.value, path, encrypted: false, executable }, problems: [] };
  }
  const plain = vault.decrypt(raw.value, { file, line: 1, column: 1 });
  if (plain.value === undefined) return { problems: plain.problems };
  const text = decodeUtf8(plain.value, file);
  if (text.value === undefined) return { problems: text.problems };
  return { value: { text: text.value, path, encrypted: true, executable: false }, problems: [] };
}
