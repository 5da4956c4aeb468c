import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { octal, parseMode } from "./mode.ts";

function applied(written: string | number, current = 0o644, directory = false): string {
  const parsed = parseMode(written);
  if (parsed.kind === "problem") throw new Error(parsed.diagnostic.summary);
  return octal(parsed.on({ current, directory, umask: 0o022 }));
}

describe("a mode", () => {
  test.each([
    ["0644", "0644"],
    ["644", "0644"],
    ["4755", "4755"],
    ["0o600", "0600"],
    [0o644, "0644"],
    [0o755, "0755"],
    [0o1777, "1777"],
    [0o400, "0400"],
    [0, "0000"],
  ])("%j is %s", (written, mode) => {
    expect(applied(written)).toBe(mode);
  });

  test.each([600, 640, 644, 660, 664, 666, 700, 711, 750, 755, 770, 775, 777, 400, 440, 444, 2755])(
    "the number %d was octal without its zero, and is refused",
    (written) => {
      const parsed = parseMode(written);
      expect(parsed).toMatchObject({
        kind: "problem",
        diagnostic: { hint: `Write it as a text: "0${written}".` },
      });
    },
  );

  test("no usual mode written with its zero is refused", () => {
    const usual = [0o600, 0o640, 0o644, 0o660, 0o664, 0o666, 0o700, 0o710, 0o711, 0o750, 0o751];
    const more = [0o755, 0o770, 0o775, 0o777, 0o400, 0o440, 0o444, 0o500, 0o550, 0o555];
    const special = [0o1777, 0o1770, 0o2750, 0o2755, 0o2770, 0o2775, 0o4750, 0o4755];
    for (const mode of [...usual, ...more, ...special]) expect(applied(mode)).toBe(octal(mode));
  });

  test.each(["rw", "u=q", "99", "", "u+r g+r", 8192, -1, 1.5])("%j is no mode", (written) => {
    expect(parseMode(written).kind).toBe("problem");
  });

  const symbolic = [
    "u=rw,g=r,o=",
    "u+x",
    "a-w",
    "+x",
    "=r",
    "g=u",
    "o=g",
    "u=rwX,go=rX",
    "ug+s",
    "+t",
  ];
  const more = ["g-s,u=rw", "a=", "go-rwx", "u+rwx,g-w,o=r", "u=rws"];

  test.each(
    [...symbolic, ...more].flatMap((mode) =>
      [0o644, 0o755, 0o2755, 0o600].flatMap((current) =>
        [false, true].map((directory) => ({ mode, from: octal(current), current, directory })),
      ),
    ),
  )(
    "$mode on $from is what chmod makes of it (directory: $directory)",
    ({ mode, current, directory }) => {
      const root = mkdtempSync(join(tmpdir(), "runbook-mode-"));
      try {
        const path = directory ? root : join(root, "f");
        if (!directory) writeFileSync(path, "");
        chmodSync(path, current);
        execFileSync("sh", ["-c", `umask 022; chmod -- ${mode} ${path}`]);
        expect(applied(mode, current, directory)).toBe(octal(statSync(path).mode & 0o7777));
      } finally {
        rmSync(root, { recursive: true });
      }
    },
  );
});
