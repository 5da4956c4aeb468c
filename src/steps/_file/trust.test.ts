// S21: what a user may do to a folder of his own while root changes something in it. Needs root to play both.
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { localHost } from "../local-host.ts";
import { setBelow } from "../file/below.ts";
import { look } from "./look.ts";
import { putBytes, setAttributes, spotOf } from "./write.ts";

const SOMEBODY = 12_345;
const asRoot = process.getuid?.() === 0 ? describe : describe.skip;
const host = localHost();
const bytes = new TextEncoder().encode("new");

let root = "";
let home = "";
let victim = "";

asRoot("root in a folder of somebody else", () => {
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "runbook-trust-"));
    chmodSync(root, 0o755);
    home = join(root, "home");
    victim = join(root, "victim");
    mkdirSync(home);
    chownSync(home, SOMEBODY, SOMEBODY);
    writeFileSync(victim, "secret");
    chmodSync(victim, 0o600);
  });

  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const theirLink = (path: string, target: string) => {
    symlinkSync(target, path);
    lchownSync(path, SOMEBODY, SOMEBODY);
  };
  const untouched = () => {
    expect(readFileSync(victim, "utf8")).toBe("secret");
    const { mode, uid } = statSync(victim);
    expect({ mode: mode & 0o7777, uid }).toEqual({ mode: 0o600, uid: 0 });
  };

  test("does not follow their link to a file", async () => {
    theirLink(join(home, "f"), victim);
    const looked = await look(host, { path: join(home, "f"), follow: true });
    expect(looked.obstacle).toMatchObject({ code: "step/untrusted-link" });
  });

  test("does not follow a link of root that leads over theirs", async () => {
    theirLink(join(home, "f"), victim);
    symlinkSync(join(home, "f"), join(root, "l"));
    const looked = await look(host, { path: join(root, "l"), follow: true });
    expect(looked.obstacle).toMatchObject({ summary: expect.stringContaining("/home/f is") });
  });

  test("does not go through a folder that is their link", async () => {
    theirLink(join(home, "d"), root);
    const looked = await look(host, { path: join(home, "d", "victim") });
    expect(looked.obstacle).toMatchObject({ code: "step/untrusted-link" });
  });

  test("replaces their link instead of writing through it", async () => {
    theirLink(join(home, "f"), victim);
    const looked = await look(host, { path: join(home, "f") });
    const put = putBytes(spotOf(looked), bytes, { attributes: { mode: 0o644 } });
    expect(await host.change(put)).toMatchObject({ code: 0 });
    untouched();
    expect(readFileSync(join(home, "f"), "utf8")).toBe("new");
  });

  test("writes nothing into a folder that was exchanged after it was looked at", async () => {
    const looked = await look(host, { path: join(home, "f") });
    renameSync(home, `${home}.moved`);
    theirLink(home, root);
    const put = putBytes(spotOf(looked), bytes, { attributes: { mode: 0o644 } });
    expect(await host.change(put)).toMatchObject({ kind: "exited", code: 1 });
    expect(readdirSync(root).toSorted()).toEqual(["home", "home.moved", "victim"]);
  });

  test("gives no owner and mode to what a file was exchanged for after it was looked at", async () => {
    const path = join(home, "f");
    writeFileSync(path, "theirs");
    const looked = await look(host, { path });
    rmSync(path);
    theirLink(path, victim);
    const wanted = { mode: 0o666, uid: SOMEBODY, gid: SOMEBODY };
    const change = setAttributes(spotOf(looked), wanted, "open");
    expect(await host.change(change)).toMatchObject({ kind: "exited", code: 1 });
    untouched();
  });

  test("gives no owner and mode to what a file below was exchanged for", async () => {
    const path = join(home, "f");
    theirLink(path, victim);
    const entry = { path, mode: 0o666, uid: SOMEBODY, gid: SOMEBODY, type: "file" } as const;
    expect(await host.change(setBelow([entry], 0))).toMatchObject({ kind: "exited", code: 1 });
    untouched();
  });

  test("leaves no file behind when it fails", async () => {
    const looked = await look(host, { path: join(home, "f") });
    mkdirSync(join(home, "f"));
    const put = putBytes(spotOf(looked), bytes, { attributes: { mode: 0o644 } });
    expect(await host.change(put)).toMatchObject({ kind: "exited", code: 1 });
    expect(readdirSync(home)).toEqual(["f"]);
    expect(existsSync(join(home, "f"))).toBe(true);
  });
});
