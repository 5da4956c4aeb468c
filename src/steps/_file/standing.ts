import type { Change } from "../../model/step.ts";
import { octal } from "./mode.ts";

/** Who may do what with a path. */
export type Attributes = {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
};

/** What a path is on a host, as far as it was asked for. JSON, so that records can hold it. */
export type Standing =
  | { readonly kind: "absent" }
  | (Attributes & {
      readonly kind: "file";
      readonly size: number;
      readonly sha256?: string;
      /** Base64, where it was asked for and the file is small enough. */
      readonly bytes?: string;
    })
  | (Attributes & {
      readonly kind: "directory";
      /** Of everything below it: names, types, owners, modes, contents. */
      readonly digest?: string;
    })
  | {
      readonly kind: "link";
      readonly target: string;
      readonly uid: number;
      readonly gid: number;
    }
  | (Attributes & { readonly kind: "other"; readonly what: string });

/** Whether a path is what it was: type, owner, mode, and content where both are known. Times do not count. */
export function same(one: Standing, other: Standing): boolean {
  if (one.kind === "absent" || other.kind === "absent") return one.kind === other.kind;
  if (one.kind !== other.kind || one.uid !== other.uid || one.gid !== other.gid) return false;
  switch (one.kind) {
    case "link":
      return other.kind === "link" && one.target === other.target;
    case "file":
      return other.kind === "file" && one.mode === other.mode && agree(one.sha256, other.sha256);
    case "directory":
      return (
        other.kind === "directory" && one.mode === other.mode && agree(one.digest, other.digest)
      );
    case "other":
      return other.kind === "other" && one.mode === other.mode && one.what === other.what;
  }
}

/** What people are shown of the way from one standing to another; at least one pair where they differ. */
export function differences(path: string, before: Standing, after: Standing): readonly Change[] {
  if (before.kind !== after.kind || before.kind === "absent" || after.kind === "absent") {
    return [{ what: path, before: describe(before), after: describe(after) }];
  }
  const changes: Change[] = [];
  if (before.kind === "link" && after.kind === "link" && before.target !== after.target) {
    changes.push({ what: path, before: describe(before), after: describe(after) });
  }
  if (before.kind === "file" && after.kind === "file" && !agree(before.sha256, after.sha256)) {
    changes.push({ what: path, before: contentOf(before), after: contentOf(after) });
  }
  if (
    before.kind === "directory" &&
    after.kind === "directory" &&
    !agree(before.digest, after.digest)
  ) {
    changes.push({ what: path, before: "folder", after: "folder with other content" });
  }
  if (before.uid !== after.uid) {
    changes.push({ what: `${path} owner`, before: before.uid, after: after.uid });
  }
  if (before.gid !== after.gid) {
    changes.push({ what: `${path} group`, before: before.gid, after: after.gid });
  }
  if (before.kind !== "link" && after.kind !== "link" && before.mode !== after.mode) {
    changes.push({ what: `${path} mode`, before: octal(before.mode), after: octal(after.mode) });
  }
  return changes;
}

/** A standing in a few words; what there is of a small text file is its text. */
export function describe(standing: Standing): string | null {
  switch (standing.kind) {
    case "absent":
      return null;
    case "file":
      return contentOf(standing);
    case "directory":
      return "folder";
    case "link":
      return `link to ${standing.target}`;
    case "other":
      return standing.what;
  }
}

function contentOf(file: Extract<Standing, { kind: "file" }>): string {
  const text = file.bytes === undefined ? undefined : asText(Buffer.from(file.bytes, "base64"));
  if (text !== undefined) return text;
  const hash = file.sha256 === undefined ? "" : `, sha256 ${file.sha256.slice(0, 12)}…`;
  return `file of ${file.size} bytes${hash}`;
}

/** Bytes as text where they are text that can be shown line by line. */
function asText(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    // oxlint-disable-next-line no-control-regex -- what a terminal must not get is looked for
    return /[\0-\x08\x0B\x0C\x0E-\x1A\x1C-\x1F]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function agree(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}
