import type { JsonObject } from "../../model/json.ts";
import { defineChanging, type Applied, type Change, type Undo } from "../../model/step.ts";
import type { HostReader, HostSession } from "../../model/transport.ts";
import { change, commandFailed, mustChange } from "../ask.ts";
import { keepFile, keepTree } from "../_file/keep.ts";
import { INLINE, look, lookCommand, parseLook, type LookFor, type Looked } from "../_file/look.ts";
import { octal } from "../_file/mode.ts";
import { ABSOLUTE, GROUP, MODE, OWNER } from "../_file/params.ts";
import { leftOf, undoFile, withoutBytes, type FileLeft, type FileRecord } from "../_file/record.ts";
import { isEverywhere, makesFolders, readsFile } from "../_file/resources.ts";
import { differences, type Standing } from "../_file/standing.ts";
import { chain } from "../_file/write.ts";
import { changeOf, differing, listBelow, setBelow, undoBelow, type Below } from "./below.ts";
import { sourcePath, wishFor, type Params, type Wish } from "./wish.ts";

/** `own` is absent where only what is below changes. */
type Record = {
  readonly path: string;
  readonly own?: FileRecord;
  readonly below: readonly Below[];
};
type Left = { readonly own: FileLeft; readonly below: readonly Below[] };

export const step = defineChanging<Params, Record>({
  name: "file",
  summary: "Makes folders, links and empty files, removes paths, sets owner and mode",
  description: `What a path has to be, with Ansible's words. Folders are made with the folders above them. What is removed or replaced is kept on the host
before anything changes, in /var/lib/runbook/records (\`~/.runbook/records\` without root), or in the journal when it is a small file, so undo can put
it back with its owner and mode; a socket is not kept, and a device or FIFO cannot be put back.

Root never follows a symbolic link that belongs to somebody else.`,
  where: "host",
  idempotent: true,
  cancel: "safe",
  params: {
    path: { type: "string", required: true, pattern: ABSOLUTE, description: "The path." },
    state: {
      type: "string",
      enum: ["file", "directory", "absent", "touch", "link", "hard"],
      description:
        "What it has to be: `file` only sets owner and mode, `touch` makes an empty file. Without it a path stays what it is.",
    },
    src: {
      type: "string",
      minLength: 1,
      description: "What a link leads to. A relative path is relative to the folder of the link.",
    },
    owner: OWNER,
    group: GROUP,
    mode: MODE,
    recurse: {
      type: "boolean",
      default: false,
      description: "Whether owner, group and mode are set on everything below a folder, too.",
    },
    force: {
      type: "boolean",
      default: false,
      description: "Whether a link may replace a file, and may lead to what does not exist.",
    },
    follow: {
      type: "boolean",
      default: true,
      description:
        "Whether a symbolic link at the path is followed, except where a link is made or removed.",
    },
    access_time: {
      type: "string",
      enum: ["now", "preserve"],
      default: "now",
      description: "What `touch` does to the access time of a path that exists.",
    },
    modification_time: {
      type: "string",
      enum: ["now", "preserve"],
      default: "now",
      description: "What `touch` does to the modification time of a path that exists.",
    },
  },
  examples: [
    {
      title: "A folder",
      yaml: '- file: { path: /var/lib/zones, state: directory, owner: pdns, group: pdns, mode: "0750" }\n',
    },
    {
      title: "A link",
      yaml: "- file: { path: /etc/localtime, src: /usr/share/zoneinfo/UTC, state: link }\n",
    },
    { title: "Nothing", yaml: "- file: { path: /etc/powerdns/pdns.d/old.conf, state: absent }\n" },
  ],
  reads: ({ path, ...rest }) => {
    const source = sourcePath({ path, ...rest });
    return source === undefined ? readsFile(path) : [...readsFile(path), ...readsFile(source)];
  },
  touches: ({ path, state, recurse }) => {
    const folder = state === "directory" || recurse;
    return [`file:${path}`, ...(folder ? makesFolders(path) : [])];
  },
  async check(host, params) {
    const seen = await see(host, params);
    const { wish, looked, below } = seen;
    if (wish.kind === "blocked") return { kind: "blocked", diagnostic: wish.diagnostic };
    const changes = [
      ...changesOf(wish, looked),
      ...below.map((one) => changeOf(one.before, one.after)),
    ];
    const [first, ...rest] = changes;
    if (first === undefined) return { kind: "satisfied", seen: result(params, looked, false) };
    return { kind: "pending", changes: [first, ...rest], undo: undoFor(seen) };
  },
  async prepare(host, params) {
    const { wish, looked } = await see(host, params);
    const { now, path } = looked;
    if (wish.kind === "pending" && losesContent(wish, now)) {
      if (now.kind === "file" && now.bytes === undefined && now.sha256 !== undefined) {
        await mustChange(host, keepFile(path, now.sha256));
      }
      if (now.kind === "directory" && now.digest !== undefined) {
        await mustChange(host, keepTree(path, now.digest));
      }
    }
    return { kind: "done", changed: false, after: null };
  },
  async apply(host, params) {
    const { wish, looked, below } = await see(host, params);
    if (wish.kind === "blocked") return { kind: "failed", diagnostic: wish.diagnostic };
    const done = wish.kind === "satisfied" ? looked : await carryOut(host, params, wish, looked);
    if ("kind" in done) return done;
    const after = below.map((one) => one.after);
    if (after.length > 0) {
      const command = setBelow(after, looked.me);
      const answer = await change(host, command);
      if (answer.code !== 0) {
        const summary = `not everything below ${looked.path} could be changed`;
        return { kind: "failed", diagnostic: commandFailed(command, answer, summary) };
      }
    }
    const changed = wish.kind === "pending" || after.length > 0;
    const left: Left = { own: leftOf(done), below: after };
    return { kind: "done", changed, after: left, result: result(params, done, changed) };
  },
  async undo(host, record, found) {
    const left = found as Left | undefined;
    const under = await undoBelow(host, record.path, record.below, left?.below);
    if (under.kind === "drifted" || under.kind === "failed") return under;
    if (record.own === undefined) return under;
    const own = await undoFile(host, record.own, left?.own);
    return own.kind === "already" ? under : own;
  },
});

interface Seen {
  readonly looked: Looked;
  readonly wish: Wish;
  readonly below: readonly { readonly before: Below; readonly after: Below }[];
}

async function see(host: HostReader, params: Params): Promise<Seen> {
  const source = sourcePath(params);
  const [looked, target] = await Promise.all([
    look(host, questionFor(params)),
    source === undefined ? undefined : look(host, { path: source, follow: true }),
  ]);
  const wish = wishFor(params, looked, target);
  if (!params.recurse || looked.now.kind !== "directory" || wish.kind === "blocked") {
    return { looked, wish, below: [] };
  }
  const entries = await listBelow(host, looked.path);
  const { umask, owner, group } = looked;
  const wanted = { ...params, umask, uid: owner ?? undefined, gid: group ?? undefined };
  return { looked, wish, below: differing(entries, wanted) };
}

/** Content is looked at only where it may have to come back. */
function questionFor(params: Params): LookFor {
  const { path, state, owner, group, follow, force } = params;
  const loses = state === "absent" || ((state === "link" || state === "hard") && force);
  return {
    path,
    follow: follow && state !== "absent" && state !== "link" && state !== "hard",
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    ...(loses
      ? { hash: true, bytes: { upTo: INLINE }, digest: state === "absent" && !isEverywhere(path) }
      : {}),
  };
}

async function carryOut(
  host: HostSession,
  params: Params,
  wish: Extract<Wish, { kind: "pending" }>,
  looked: Looked,
): Promise<Looked | Extract<Applied, { kind: "failed" }>> {
  // What undo compares with later: the content only where this step has made it.
  const question = { path: looked.path, hash: params.state === "touch" || params.state === "hard" };
  const command = {
    ...chain([wish.command, lookCommand(question)]),
    ...(wish.command.stdin === undefined ? {} : { stdin: wish.command.stdin }),
  };
  const answer = await change(host, command);
  if (answer.code === 0) return parseLook(answer, question);
  const summary = `${looked.path} could not be changed`;
  return { kind: "failed", diagnostic: commandFailed(command, answer, summary) };
}

function changesOf(wish: Wish, { path, now }: Looked): readonly Change[] {
  if (wish.kind !== "pending") return [];
  if (wish.timesOnly === true) return [{ what: `${path} times`, before: null, after: "now" }];
  const changes = differences(path, now, wish.after);
  if (changes.length > 0) return changes;
  return [{ what: path, before: "another file", after: "hard link" }];
}

function undoFor({ wish, looked, below }: Seen): Undo<Record> {
  const under = { path: looked.path, below: below.map((one) => one.before) };
  if (wish.kind !== "pending" || wish.timesOnly === true) {
    return below.length === 0 ? { kind: "nothing" } : { kind: "reversible", record: under };
  }
  const { path, now, missing } = looked;
  if (losesContent(wish, now) && now.kind === "other") {
    if (now.what === "socket") return { kind: "nothing" };
    return { kind: "irreversible", reason: `a ${now.what} that is removed cannot be put back` };
  }
  const apart = wish.sameAs === undefined ? {} : { apartFrom: wish.sameAs };
  const own: FileRecord = { path, before: now, made: missing, ...contentOf(wish, now), ...apart };
  return { kind: "reversible", record: { ...under, own } };
}

function contentOf(wish: Wish, now: Standing): Pick<FileRecord, "content"> {
  if (now.kind !== "file") return {};
  if (!losesContent(wish, now)) return { content: "same" };
  return { content: now.bytes === undefined ? "kept" : "here" };
}

/** Whether what is there goes away, instead of getting another owner or mode. */
function losesContent(wish: Wish, now: Standing): boolean {
  return (
    wish.kind === "pending" &&
    now.kind !== "absent" &&
    (wish.after.kind !== now.kind || (now.kind === "file" && now.sha256 !== undefined))
  );
}

function kindOf(now: Standing): string {
  return now.kind === "other" ? "file" : now.kind;
}

/** Registered, under Ansible's names. */
function result(params: Params, looked: Looked, changed: boolean): JsonObject {
  const now = withoutBytes(looked.now);
  const state = params.state === "hard" ? "hard" : kindOf(looked.now);
  const common = { changed, path: looked.path, dest: looked.path };
  if (now.kind === "absent") return { ...common, state: "absent" };
  const mode = now.kind === "link" ? {} : { mode: octal(now.mode) };
  const { uid, gid } = now;
  return {
    ...common,
    state,
    uid,
    gid,
    ...mode,
    ...(now.kind === "link" ? { src: now.target } : {}),
  };
}
