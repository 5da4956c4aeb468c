import { posix } from "node:path";
import { sh } from "../../model/command.ts";
import type { JsonObject } from "../../model/json.ts";
import { defineReading, StepProblem } from "../../model/step.ts";
import { ask, commandFailed } from "../ask.ts";
import { octal } from "../_file/mode.ts";
import { ABSOLUTE } from "../_file/params.ts";
import { readsFile } from "../_file/resources.ts";

type Algorithm = "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512";

interface Params {
  readonly path: string;
  readonly follow: boolean;
  readonly get_checksum: boolean;
  readonly checksum_algorithm: Algorithm;
  readonly get_mime: false;
  readonly get_attributes: false;
}

type Seen = { readonly changed: false; readonly stat: JsonObject };

export const step = defineReading<Params, Seen>({
  name: "stat",
  summary: "Reports what a path is",
  description: `Registers what Ansible's stat does under \`stat\`: \`exists\`, \`isdir\`, \`mode\`, \`size\`, \`checksum\` and so on. It never fails because a path
is missing. MIME types and attributes of file systems are not looked up.`,
  where: "host",
  shorthand: "path",
  params: {
    path: {
      type: "string",
      required: true,
      pattern: ABSOLUTE,
      description: "The path to look at.",
    },
    follow: {
      type: "boolean",
      default: false,
      description: "Whether a symbolic link is followed, and what it leads to is reported.",
    },
    get_checksum: {
      type: "boolean",
      default: true,
      description: "Whether the checksum of a file that can be read is computed.",
    },
    checksum_algorithm: {
      type: "string",
      enum: ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"],
      default: "sha1",
      description: "How the checksum is computed.",
    },
    get_mime: {
      type: "boolean",
      enum: [false],
      default: false,
      description: "Only `false`: MIME types are not looked up.",
    },
    get_attributes: {
      type: "boolean",
      enum: [false],
      default: false,
      description: "Only `false`: attributes of file systems are not looked up.",
    },
  },
  examples: [
    {
      title: "Whether a file is there",
      yaml: `- stat: { path: /etc/powerdns/pdns.d/local.conf }
  register: local
`,
    },
  ],
  reads: ({ path }) => readsFile(path),
  async observe(host, params) {
    const { path, follow, checksum_algorithm: algorithm } = params;
    const stat = sh`stat ${follow ? ["-L"] : []} -c ${FORMAT} -- "$p"`;
    const sum = params.get_checksum
      ? sh`if [ -f "$p" ] && [ -r "$p" ] ${follow ? sh`` : sh`&& [ ! -h "$p" ]`}; then printf 'checksum '; ${sh`${`${algorithm}sum`}`} <"$p"; fi`
      : sh`:`;
    const command = sh`( p=${path}; if [ -e "$p" ] ${follow ? sh`` : sh`|| [ -h "$p" ]`}; then ${stat} || exit 9; for t in r w x; do [ -$t "$p" ] && echo "can $t"; done; if [ -h "$p" ]; then printf 'target '; readlink -- "$p"; printf 'source '; readlink -f -- "$p"; fi; ${sum}; :; fi )`;
    const answer = await ask(host, command);
    if (answer.code !== 0) throw new StepProblem("failed", commandFailed(command, answer));
    return { changed: false, stat: parsed(answer.out, params) };
  },
  judge: (sightings) => sightings.map(() => ({ kind: "holds" })),
});

const FORMAT = "stat %f %u %g %s %h %d %i %b %B %t %T %X %Y %Z\nuser %U\ngroup %G";

function parsed(out: string, { path, follow }: Params): JsonObject {
  const lines = out.split("\n");
  const line = (key: string) =>
    lines.find((one) => one.startsWith(`${key} `))?.slice(key.length + 1);
  const [raw, ...figures] = line("stat")?.split(" ") ?? [];
  if (raw === undefined) return { exists: false };
  const [uid, gid, size, nlink, dev, inode, blocks, blockSize] = figures.map(Number);
  const [atime, mtime, ctime] = figures.slice(10).map(Number);
  const device =
    Number.parseInt(figures[8] ?? "0", 16) * 256 + Number.parseInt(figures[9] ?? "0", 16);
  const bits = Number.parseInt(raw, 16);
  const is = (type: number) => (bits & 0o170000) === type;
  const may = (bit: number) => (bits & bit) !== 0;
  const target = follow ? undefined : line("target");
  const source = follow ? undefined : line("source");
  const checksum = line("checksum")?.split(" ")[0];
  return {
    exists: true,
    path,
    mode: octal(bits & 0o7777),
    isreg: is(0o100000),
    isdir: is(0o040000),
    islnk: is(0o120000),
    isblk: is(0o060000),
    ischr: is(0o020000),
    isfifo: is(0o010000),
    issock: is(0o140000),
    uid: uid ?? null,
    gid: gid ?? null,
    pw_name: line("user") ?? null,
    gr_name: line("group") ?? null,
    size: size ?? null,
    nlink: nlink ?? null,
    dev: dev ?? null,
    inode: inode ?? null,
    blocks: blocks ?? null,
    block_size: blockSize ?? null,
    device_type: device,
    atime: atime ?? null,
    mtime: mtime ?? null,
    ctime: ctime ?? null,
    isuid: may(0o4000),
    isgid: may(0o2000),
    rusr: may(0o400),
    wusr: may(0o200),
    xusr: may(0o100),
    rgrp: may(0o040),
    wgrp: may(0o020),
    xgrp: may(0o010),
    roth: may(0o004),
    woth: may(0o002),
    xoth: may(0o001),
    readable: lines.includes("can r"),
    writeable: lines.includes("can w"),
    executable: lines.includes("can x"),
    ...(target === undefined ? {} : { lnk_target: target }),
    ...(source === undefined ? {} : { lnk_source: posix.normalize(source) }),
    ...(checksum === undefined ? {} : { checksum }),
  };
}
