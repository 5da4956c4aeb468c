import type { Command } from "../../model/command.ts";
import { sh } from "../../model/command.ts";
import type { Change, Undone } from "../../model/step.ts";
import type { HostSession } from "../../model/transport.ts";
import { change, commandFailed } from "../ask.ts";
import { withKept } from "./keep.ts";
import { look, type LookFor, type Looked } from "./look.ts";
import { differences, same, type Standing } from "./standing.ts";
import {
  chain,
  makeFolder,
  putBytes,
  putCopy,
  putLink,
  putTree,
  removeAll,
  removeEmptyFolder,
  setAttributes,
  spotOf,
  type Spot,
} from "./write.ts";

/** All that undo needs of one path. */
export type FileRecord = {
  readonly path: string;
  readonly before: Standing;
  /**
   * Where a file's old bytes are: in `before`, on the host under their hash, or still in the file, because only its owner or
   * mode changes. A folder that is removed is always kept on the host, under its digest.
   */
  readonly content?: "here" | "kept" | "same";
  /** Folders above it that did not exist, outermost first. */
  readonly made: readonly string[];
  /** Device and inode of a file that it becomes a hard link to: equal in everything, and yet not as before. */
  readonly apartFrom?: string;
  /** A copy of it that was made for people. */
  readonly backup?: string;
};

/** What a change left at a path; `after` of a settled apply. */
export type FileLeft = {
  readonly path: string;
  readonly now: Standing;
};

/** What was found after a change, without bytes: those are in the playbook or on the host. */
export function leftOf(looked: Looked): FileLeft {
  return { path: looked.path, now: withoutBytes(looked.now) };
}

export function withoutBytes(standing: Standing): Standing {
  if (standing.kind !== "file") return standing;
  const { bytes: _, ...rest } = standing;
  return rest;
}

/** What has to be looked at to compare a path with what is known of it. */
export function comparing(path: string, ...known: readonly (Standing | undefined)[]): LookFor {
  return {
    path,
    hash: known.some((one) => one?.kind === "file" && one.sha256 !== undefined),
    digest: known.some((one) => one?.kind === "directory" && one.digest !== undefined),
  };
}

/** Puts a path back as it was, unless somebody changed it since it was left. */
export async function undoFile(
  host: HostSession,
  record: FileRecord,
  left: FileLeft | undefined,
): Promise<Undone> {
  const { path, before, made, backup } = record;
  const question = comparing(path, before, left?.now);
  const looked = await look(host, question);
  const gone = made.every((folder) => looked.missing.includes(folder));
  const isBack = ({ now, inode }: Looked) =>
    same(now, before) && (inode === undefined || inode !== record.apartFrom);
  if (isBack(looked) && gone) return { kind: "already" };
  if (left !== undefined && !same(looked.now, left.now) && !isBack(looked)) {
    return { kind: "drifted", changes: someOf(differences(path, left.now, looked.now), path) };
  }
  if (looked.obstacle !== undefined) return { kind: "failed", diagnostic: looked.obstacle };
  const steps = [
    ...(isBack(looked) ? [] : [restore(spotOf(looked), record, looked.now)]),
    ...(backup === undefined ? [] : [sh`rm -f -- ${backup}`]),
    ...made
      .filter((folder) => !looked.missing.includes(folder))
      .toReversed()
      .map((folder) => sh`rmdir -- ${folder}`),
  ];
  for (const step of steps) {
    const done = await change(host, step);
    if (done.code !== 0) {
      const summary = `${path} could not be put back`;
      return { kind: "failed", diagnostic: commandFailed(step, done, summary) };
    }
  }
  const after = await look(host, question);
  if (isBack(after)) return { kind: "done" };
  return {
    kind: "failed",
    diagnostic: {
      code: "step/not-put-back",
      severity: "error",
      summary: `${path} is not as it was after it was put back`,
      hint: "Somebody else writes to it. Look at it before you go on.",
    },
  };
}

/** One command that turns what is there now into what was there before. */
function restore(spot: Spot, { before, content }: FileRecord, now: Standing): Command {
  switch (before.kind) {
    case "absent":
      return now.kind === "directory" ? removeEmptyFolder(spot) : removeAll(spot);
    case "file":
      if (content === "here" && before.bytes !== undefined) {
        return putBytes(spot, Buffer.from(before.bytes, "base64"), { attributes: before });
      }
      if (content === "kept" && before.sha256 !== undefined) {
        return withKept(before.sha256, (kept) => putCopy(spot, kept, { attributes: before }));
      }
      return setAttributes(spot, before, "open");
    case "directory": {
      if (now.kind === "directory") return setAttributes(spot, before, "open");
      const { digest } = before;
      const back =
        digest === undefined
          ? makeFolder(spot, before)
          : withKept(digest, (kept) => putTree(spot, kept));
      return now.kind === "absent" ? back : chain([removeAll(spot), back]);
    }
    case "link":
      return putLink(spot, before.target, before);
    case "other":
      return setAttributes(spot, before, "by-name");
  }
}

function someOf(changes: readonly Change[], path: string): readonly Change[] {
  return changes.length > 0 ? changes : [{ what: path, before: "as left", after: "changed" }];
}
