// What copy, template and lineinfile share: a file on a host that has to hold certain bytes.
import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { Command } from "../../model/command.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { JsonObject } from "../../model/json.ts";
import type { Applied, Change, Check } from "../../model/step.ts";
import type { HostSession } from "../../model/transport.ts";
import { splitWords } from "../_command/words.ts";
import { badParams } from "../_command/run.ts";
import { change, commandFailed, mustChange } from "../ask.ts";
import { keepFile } from "./keep.ts";
import { INLINE, lookCommand, parseLook, type Looked } from "./look.ts";
import { octal, parseMode } from "./mode.ts";
import type { OwnerParams } from "./params.ts";
import { leftOf, withoutBytes, type FileLeft, type FileRecord } from "./record.ts";
import { differences, same, type Standing } from "./standing.ts";
import { chain, makeFoldersAbove, putBytes, REFUSED, spotOf, type Given } from "./write.ts";

/** What has to be at a path. */
export interface Wanted extends OwnerParams {
  readonly bytes: Uint8Array;
  readonly validate?: string;
  readonly backup: boolean;
}

/** Compares what is there with what has to be there. `looked` has the hash, and the bytes where they are few. */
export function checkPut(looked: Looked, wanted: Wanted): Check<FileRecord> {
  const diagnostic = obstacle(looked, wanted);
  if (diagnostic !== undefined) return { kind: "blocked", diagnostic };
  const given = givenBy(looked, wanted);
  const after = standingOf(looked, wanted, given);
  if (same(looked.now, after)) return { kind: "satisfied", seen: putResult(looked, false) };
  const shown = isLarge(looked.now) ? withoutBytes(looked.now) : looked.now;
  const [first, ...rest] = differences(looked.path, shown, after);
  const changes: [Change, ...Change[]] = [
    first ?? { what: looked.path, before: null, after: null },
    ...rest,
  ];
  const backup = backupOf(looked, wanted);
  const record: FileRecord = {
    path: looked.path,
    before: shown,
    made: looked.missing,
    ...(shown.kind === "file" ? { content: whereContentIs(shown, wanted) } : {}),
    ...(backup === undefined ? {} : { backup }),
  };
  return { kind: "pending", changes, undo: { kind: "reversible", record } };
}

function whereContentIs(
  now: Extract<Standing, { kind: "file" }>,
  { bytes }: Wanted,
): "here" | "kept" | "same" {
  if (now.sha256 === sha256Of(bytes)) return "same";
  return isLarge(now) ? "kept" : "here";
}

/** Keeps what is too large for a record. */
export async function preparePut(
  host: HostSession,
  looked: Looked,
  wanted: Wanted,
): Promise<Applied> {
  const { now } = looked;
  const kept = now.kind === "file" && whereContentIs(now, wanted) === "kept";
  if (kept && now.sha256 !== undefined) {
    await mustChange(host, keepFile(looked.path, now.sha256));
  }
  return { kind: "done", changed: false, after: null };
}

function isLarge(now: Standing): boolean {
  return now.kind === "file" && now.size > INLINE;
}

/** Puts the bytes in place in one command, which also says what is there then. */
export async function applyPut(
  host: HostSession,
  looked: Looked,
  wanted: Wanted,
): Promise<Applied> {
  const diagnostic = obstacle(looked, wanted);
  if (diagnostic !== undefined) return { kind: "failed", diagnostic };
  const given = givenBy(looked, wanted);
  if (same(looked.now, standingOf(looked, wanted, given))) {
    return {
      kind: "done",
      changed: false,
      after: leftOf(looked),
      result: putResult(looked, false),
    };
  }
  const question = { path: looked.path, hash: true };
  const validate = wanted.validate === undefined ? {} : { validate: validator(wanted.validate) };
  const backup = backupOf(looked, wanted);
  const beside = backup === undefined ? {} : { backup: posix.basename(backup) };
  const options = { attributes: given, ...beside, ...validate };
  const put = putBytes(spotOf(looked), wanted.bytes, options);
  const folders = makeFoldersAbove(looked, { mode: 0o777 & ~looked.umask });
  const all = chain([...folders, put, lookCommand(question)]);
  const command: Command = { ...all, ...stdinOf(put) };
  const answer = await change(host, command);
  if (answer.code !== 0) {
    const summary =
      answer.code === REFUSED
        ? `\`${wanted.validate}\` refuses the new content of ${looked.path}`
        : `${looked.path} could not be written`;
    return { kind: "failed", diagnostic: commandFailed(command, answer, summary) };
  }
  const after = parseLook(answer, question);
  const result = putResult(after, true);
  return {
    kind: "done",
    changed: true,
    after: leftOf(after),
    result: backup === undefined ? result : { ...result, backup_file: backup },
  };
}

/** Named by what it holds: making it again after a crash makes the same one. */
function backupOf({ now, path }: Looked, wanted: Wanted): string | undefined {
  if (!wanted.backup || now.kind !== "file" || now.sha256 === undefined) return undefined;
  return `${path}.${now.sha256.slice(0, 12)}~`;
}

/** `after` of a settled apply, as undo gets it back. */
export function fileLeft(left: unknown): FileLeft | undefined {
  // Only what leftOf wrote ever comes back here.
  return left as FileLeft | undefined;
}

function obstacle(looked: Looked, wanted: Wanted): Diagnostic | undefined {
  if (looked.obstacle !== undefined) return looked.obstacle;
  const { owner, group, now, path } = looked;
  if (owner === null) return unknownName("user", String(wanted.owner));
  if (group === null) return unknownName("group", String(wanted.group));
  if (now.kind === "directory") {
    return wrong("is-a-folder", `${path} is a folder`, "Name the file in it.");
  }
  if (now.kind === "other") return wrong("not-a-file", `${path} is a ${now.what}`);
  if (wanted.mode !== undefined) {
    const parsed = parseMode(wanted.mode);
    if (parsed.kind === "problem") return parsed.diagnostic;
  }
  return undefined;
}

export function unknownName(what: "user" | "group", name: string): Diagnostic {
  return wrong(
    `unknown-${what}`,
    `there is no ${what} ${name} on the host`,
    `Create the ${what} first, or install the package that does.`,
  );
}

/** The parent has to exist, for steps that do not make it. */
export function missingFolder(looked: Looked): Diagnostic | undefined {
  const [first] = looked.missing;
  if (first === undefined) return undefined;
  return wrong(
    "no-folder",
    `the folder ${first} does not exist`,
    `Make it first: \`file: { path: ${first}, state: directory }\`.`,
  );
}

export function wrong(word: string, summary: string, hint?: string): Diagnostic {
  return {
    code: `step/${word}`,
    severity: "error",
    summary,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** The owner, group and mode a path has to get: what is asked for, else what an existing file has. */
export function givenBy(looked: Looked, wanted: OwnerParams, directory = false): Given {
  const { now, umask, owner, group } = looked;
  const old = now.kind === (directory ? "directory" : "file") ? now : undefined;
  const current = old?.mode ?? (directory ? 0o777 : 0o666) & ~umask;
  const parsed = wanted.mode === undefined ? undefined : parseMode(wanted.mode);
  const mode = parsed?.kind === "mode" ? parsed.on({ current, directory, umask }) : current;
  const uid = owner ?? old?.uid;
  const gid = group ?? old?.gid;
  return {
    mode,
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  };
}

function standingOf(looked: Looked, wanted: Wanted, given: Given): Standing {
  const { bytes } = wanted;
  const small = bytes.length <= INLINE ? { bytes: Buffer.from(bytes).toString("base64") } : {};
  const now = looked.now.kind === "absent" ? { uid: looked.me, gid: looked.me } : looked.now;
  return {
    kind: "file",
    mode: given.mode,
    uid: given.uid ?? now.uid,
    gid: given.gid ?? now.gid,
    size: bytes.length,
    sha256: sha256Of(bytes),
    ...small,
  };
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Registered, under Ansible's names. */
function putResult(looked: Looked, changed: boolean): JsonObject {
  const now = withoutBytes(looked.now);
  if (now.kind !== "file") return { changed, dest: looked.path };
  return {
    changed,
    dest: looked.path,
    state: "file",
    mode: octal(now.mode),
    uid: now.uid,
    gid: now.gid,
    size: now.size,
    ...(now.sha256 === undefined ? {} : { sha256: now.sha256 }),
  };
}

function validator(written: string): readonly string[] {
  const split = splitWords(written);
  if (split.kind === "words") return split.words;
  throw badParams("`validate` ends inside a quotation", "Close the quotes.");
}

function stdinOf(command: Command): Pick<Command, "stdin"> {
  return command.stdin === undefined ? {} : { stdin: command.stdin };
}
