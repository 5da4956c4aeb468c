/** The live view on a real pseudo terminal, looked at after every piece of output. */
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { existsSync } from "node:fs";
import type { OnTerminal, TerminalOptions } from "../helpers/pty.ts";
import { onTerminal } from "../helpers/pty.ts";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";

jest.setTimeout(120_000);

/** What a host says to take a terminal over: title, other screen, erase all, carriage return, backspaces, C1, bidi. */
const EVIL = String.raw`\033]0;owned\007\033[?1049h\033[2J\033[1;1Hgone\r\b\b\233 31mred`;

const PLAYBOOK = String.raw`
runbook: 1
name: Site 漢字
hosts: all
rollout: { batches: 2, forks: 2, max_failures: 0, on_failure: ask }
phases:
  - name: Files of the host
    tasks:
      - name: A folder 🔥
        file: { path: "{{ root }}/etc", state: directory, mode: "0755" }
      - name: The word to go on
        command: test -e {{ root }}/go
        read_only: true
        wait: 60s
  - name: Commands
    tasks:
      - name: Say evil things
        shell:
          cmd: |
            if test -e {{ root }}/bad; then printf '${EVIL}'; exit 3; fi
            touch {{ root }}/done
          creates: "{{ root }}/done"
        inverse: none
`;

const NAMES = ["alpha", "beta", "gamma"];

let fleet: PrivateFleet;
beforeEach(async () => {
  fleet = await startFleet(NAMES);
  fleet.file("site.yaml", PLAYBOOK);
});
afterEach(async () => fleet[Symbol.asyncDispose]());

function goOn(): void {
  for (const name of NAMES) fleet.host(name).write("go", "");
}

function terminal(args: readonly string[], size: Partial<TerminalOptions>): OnTerminal {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: fleet.home,
    TERM: "xterm-256color",
    ...size.env,
  };
  return onTerminal(args, { columns: 80, rows: 24, cwd: fleet.folder, ...size, env });
}

const apply = ["apply", "-i", "hosts.ini", "site.yaml", "--yes"];

test("util-linux is there to open a terminal", () => {
  expect(existsSync("/usr/bin/script")).toBe(true);
});

describe.each([80, 40])("%i columns", (columns) => {
  test("hosts at work, permanent lines above, and no trace of it at the end", async () => {
    using on = terminal(apply, { columns });
    for (const name of ["alpha", "beta "]) await on.shows(`${name}  waits: until `);
    const seen = on.screen.visible();
    const view = seen.slice(seen.findIndex((line) => line.startsWith("Site 漢字 ·")));
    expect(view[0]).toMatch(columns === 80 ? /phase 1 of 2: Files of the host$/ : /1\/2 Files of/);
    expect(
      view.filter((line) => /^(alpha|beta) +waits: until \d\d:\d\d:\d\d/.test(line)),
    ).toHaveLength(2);
    expect(view.at(-1)).toBe("1 to do");
    expect(seen.join("\n")).toMatch(/alpha +changed +A folder 🔥/);
    goOn();
    expect(await on.ended).toBe(0);
    const left = on.screen.everything().join("\n");
    expect(left).toMatch(/gamma +changed +Say evil things[^]*RECAP/);
    expect(left).not.toContain("waits:");
    expect(left).not.toContain("1 to do");
  });

  test("a host's escape sequences are shown, not obeyed; a question is asked on a quiet screen", async () => {
    goOn();
    fleet.host("beta").write("bad", "");
    using on = terminal([...apply.slice(0, -1)], { columns });
    await on.shows("Do this?");
    on.type("yes\n");
    await on.shows("rollback_run]");
    expect(on.screen.visible().join("")).toMatch(/rollback_run\] \(stop\)$/);
    on.type("stop\n");
    expect(await on.ended).toBe(2);
    expect(on.screen.everything().join("")).toContain(String.raw`\x1b]0;owned\x07`);
    expect(on.raw()).not.toContain("\u001b]");
    expect(on.raw()).not.toContain("\u001b[?1049h");
  });
});

describe.each([true, false])("a window that is made smaller (wraps anew: %s)", (wrapsAnew) => {
  test("keeps the lines above, and shows one view", async () => {
    using on = terminal(apply, { columns: 80, wrapsAnew });
    for (const name of ["alpha", "beta "]) await on.shows(`${name}  waits: until `);
    on.resize(40, 12);
    await on.shows("1/2 Files");
    const text = on.screen.visible();
    expect(text.filter((line) => line.includes("1 to do"))).toHaveLength(1);
    expect(text.filter((line) => /waits:/.test(line))).toHaveLength(2);
    expect(on.screen.everything().join("\n")).toContain("alpha");
    on.resize(100, 30);
    await on.shows("phase 1 of 2: Files of the host");
    expect(on.screen.visible().filter((line) => line.includes("1 to do"))).toHaveLength(1);
    goOn();
    expect(await on.ended).toBe(0);
  });
});

describe.each([{ NO_COLOR: "1" }, { CI: "true" }, { TERM: "dumb" }])("with %j", (env) => {
  test("there are plain lines and nothing else", async () => {
    goOn();
    using on = terminal(apply, { columns: 80, env });
    expect(await on.ended).toBe(0);
    expect(on.raw()).not.toContain("\u001b");
    expect(on.raw()).toMatch(/gamma +changed +Say evil things/);
  });
});
