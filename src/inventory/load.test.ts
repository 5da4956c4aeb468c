import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { load, memoryFiles, said, type MemoryFile } from "../../test/helpers/memory-inventory.ts";
import { secret } from "../model/command.ts";
import { hostId } from "../model/ids.ts";
import { encryptVault } from "../vault/vault.ts";
import type { InventoryRequest } from "./load.ts";
import { magicVariables } from "./magic.ts";

type Files = { readonly [path: string]: string | MemoryFile };

async function variables(files: Files, host: string, request: Partial<InventoryRequest> = {}) {
  const { value, problems } = await load(files, request);
  expect(problems.filter((problem) => problem.severity === "error")).toEqual([]);
  const [inventory, extra] = value?.layers(hostId(host)) ?? [];
  return { ...inventory?.values, ...extra?.values };
}

async function explained(
  files: Files,
  host: string,
  name: string,
  request: Partial<InventoryRequest> = {},
) {
  const { value } = await load(files, request);
  return value
    ?.candidates(hostId(host))
    .get(name)
    ?.map((one) => one.value);
}

describe("precedence", () => {
  const everywhere: Files = {
    hosts:
      "[web]\nw1 v=host\n[web:vars]\nv=inline-web\n[all:vars]\nv=inline-all\n[prod:children]\nweb\n[prod:vars]\nv=inline-prod\n",
    "group_vars/all.yml": "v: file-all\n",
    "group_vars/prod.yml": "v: file-prod\n",
    "group_vars/web.yml": "v: file-web\n",
    "host_vars/w1.yml": "v: file-host\n",
    "books/group_vars/all.yml": "v: book-all\n",
    "books/group_vars/prod.yml": "v: book-prod\n",
    "books/group_vars/web.yml": "v: book-web\n",
    "books/host_vars/w1.yml": "v: book-host\n",
  };

  test("goes through all levels in Ansible's order, and every candidate can be explained", async () => {
    const request = { playbookFolder: "books", extraVars: ["v=extra"] };
    expect(await explained(everywhere, "w1", "v", request)).toEqual([
      "inline-all",
      "inline-prod",
      "inline-web",
      "file-all",
      "book-all",
      "file-prod",
      "file-web",
      "book-prod",
      "book-web",
      "host",
      "file-host",
      "book-host",
      "extra",
    ]);
    expect(await variables(everywhere, "w1", request)).toEqual({ v: "extra" });
  });

  test("any file beats any inline value of a group, even a parent's file", async () => {
    const files = {
      hosts: "[web]\nw1\n[prod:children]\nweb\n[web:vars]\nv=child\n",
      "group_vars/prod.yml": "v: parent\n",
    };
    expect(await variables(files, "w1")).toEqual({ v: "parent" });
  });

  test("a playbook beside the inventory is not read twice", async () => {
    const files = { hosts: "w1\n", "group_vars/all.yml": "v: 1\n" };
    expect(await explained(files, "w1", "v", { playbookFolder: "." })).toEqual([1]);
  });

  test("a value that the same source gave before can still be explained", async () => {
    expect(await explained({ hosts: "w1 v=1\nw1 v=2\n" }, "w1", "v")).toEqual([1, 2]);
  });

  test("where each value comes from is known to the line", async () => {
    const { value } = await load(everywhere, { playbookFolder: "books" });
    const from = value
      ?.candidates(hostId("w1"))
      .get("v")
      ?.map((one) => one.from);
    expect(from?.[2]).toEqual({
      kind: "group",
      group: "web",
      at: { file: "hosts", line: 4, column: 1 },
    });
    expect(from?.at(-1)).toEqual({
      kind: "host-vars",
      host: "w1",
      beside: "playbook",
      at: { file: "books/host_vars/w1.yml", line: 1, column: 4 },
      encrypted: false,
    });
  });
});

describe("encrypted variable files", () => {
  const password = { label: "", password: secret("pw") };
  const sealed = encryptVault(new TextEncoder().encode("pw: s3cret\n"), password, {
    salt: new Uint8Array(32),
  });
  const files = { hosts: "w1\n", "group_vars/all/vault.yml": sealed };

  test("are read, and their values marked", async () => {
    const { value } = await load(files, { vaultSecrets: [password] });
    expect(value?.candidates(hostId("w1")).get("pw")).toMatchObject([
      { value: "s3cret", from: { encrypted: true } },
    ]);
  });

  test("without the password are an error that names the file", async () => {
    expect(said((await load(files)).problems)).toEqual([
      "vault/no-password group_vars/all/vault.yml:1:1",
    ]);
  });
});

describe("extra variables", () => {
  const extra = async (extraVars: readonly string[], files: Files = {}) =>
    (await load({ hosts: "w1\n", ...files }, { extraVars })).value?.extraVars;

  test.each<[readonly string[], object]>([
    [["a=1 b=x"], { a: "1", b: "x" }],
    [["a='two words' b=\"x y\""], { a: "two words", b: "x y" }],
    [["a={{ x | default('y z') }}"], { a: "{{ x | default('y z') }}" }],
    [["a=b=c"], { a: "b=c" }],
    [["a="], { a: "" }],
    [["a=one\\ntwo"], { a: "one\ntwo" }],
    [['{"a": 1, "b": [true, null], "c": 1e3}'], { a: 1, b: [true, null] }],
    [["{a: yes, b: 010}"], { a: true, b: 8 }],
    [["a=1", "a=2", '{"b": 1}'], { a: "2", b: 1 }],
    [["@vars.yml", "a=2"], { a: "2", f: "file" }],
  ])("%j", async (options, wanted) => {
    const found = await extra(options, { "vars.yml": "a: 1\nf: file\n" });
    expect(found).toMatchObject(wanted);
  });

  test.each([
    ["justaword", "inventory/extra-vars"],
    ["a='open", "inventory/extra-vars"],
    ["/etc/vars.yml", "inventory/extra-vars"],
    ["[1, 2]", "inventory/extra-vars"],
    ["{a: [", "yaml/unclosed-bracket -e:1:6"],
    ["@gone.yml", "inventory/unreadable"],
    ["@list.yml", "inventory/vars-file list.yml:1:1"],
  ])("%s is refused", async (option, wanted) => {
    const { value, problems } = await load(
      { hosts: "w1\n", "list.yml": "- 1\n" },
      { extraVars: [option] },
    );
    expect(value).toBeUndefined();
    expect(said(problems)).toEqual([wanted]);
  });
});

describe("magic variables", () => {
  test("tell a host about itself and its groups", async () => {
    const files = { "inv/hosts": "[web]\nw1.example.net\n[prod:children]\nweb\n" };
    const { value } = await load(files, { sources: ["inv"] });
    if (value === undefined) throw new Error("not read");
    expect(magicVariables(value, hostId("w1.example.net"))).toEqual({
      inventory_hostname: "w1.example.net",
      inventory_hostname_short: "w1",
      group_names: ["prod", "web"],
      groups: {
        all: ["w1.example.net"],
        ungrouped: [],
        web: ["w1.example.net"],
        prod: ["w1.example.net"],
      },
      inventory_file: "/work/inv/hosts",
      inventory_dir: "/work/inv",
    });
  });

  test("localhost is there without being named, with the variables of all", async () => {
    const files = { hosts: "w1\n[all:vars]\nv=1\n", "host_vars/localhost.yml": "h: 2\n" };
    const { value } = await load(files);
    expect(value?.hosts.map((host) => host.name)).toEqual(["w1"]);
    expect(value?.host("localhost")).toEqual({ name: "localhost", groups: [] });
    expect(value?.host("other")).toBeUndefined();
    expect(await variables(files, "localhost")).toEqual({
      v: 1,
      h: 2,
      ansible_connection: "local",
    });
  });
});

describe("what cannot be read is said with its place", () => {
  test.each<[string, Files, readonly string[]]>([
    ["a host line without =", { hosts: "[web]\nw1 justaword\n" }, ["inventory/variable hosts:2:4"]],
    [
      "an unquoted template",
      { hosts: "[web]\nw1 a={{ x }}\n" },
      ["inventory/variable hosts:2:9", "inventory/variable hosts:2:11"],
    ],
    ["an open quote", { hosts: "[web]\nw1 a='x\n" }, ["inventory/quote hosts:2:6"]],
    ["a section with blanks", { hosts: "[ web ]\n" }, ["inventory/section hosts:1:1"]],
    ["an unknown kind of section", { hosts: "[web:childs]\n" }, ["inventory/section hosts:1:1"]],
    [
      "an undeclared child",
      { hosts: "[p:children]\nweb\n" },
      ["inventory/unknown-group hosts:2:1"],
    ],
    [
      "variables of an undeclared group",
      { hosts: "w1\n[p:vars]\na=1\n" },
      ["inventory/unknown-group hosts:2:1"],
    ],
    [
      "a circle",
      { hosts: "[a:children]\nb\n[b:children]\na\n" },
      ["inventory/group-cycle hosts:4:1"],
    ],
    [
      "a group that is its own child",
      { hosts: "[a:children]\na\n" },
      ["inventory/group-cycle hosts:2:1"],
    ],
    ["a backward range", { hosts: "[a]\nn[5:1]\n" }, ["inventory/host hosts:2:1"]],
    [
      "several at once",
      { hosts: "[a\nw1 x\n[b:vars]\n" },
      [
        "inventory/host hosts:1:1",
        "inventory/variable hosts:2:4",
        "inventory/unknown-group hosts:3:1",
      ],
    ],
    [
      "a list of hosts in YAML",
      { "h.yml": "web:\n  hosts:\n    - w1\n" },
      ["inventory/shape h.yml:2:3"],
    ],
    [
      "host variables that are a text",
      { "h.yml": "web:\n  hosts:\n    w1: x\n" },
      ["inventory/shape h.yml:3:5"],
    ],
    [
      "a circle in YAML",
      { "h.yml": "a:\n  children:\n    b:\n      children:\n        a:\n" },
      ["inventory/group-cycle h.yml:3:5"],
    ],
    ["a YAML list", { "h.yml": "- w1\n" }, ["inventory/shape h.yml:1:1"]],
    ["broken YAML", { "h.yml": "all:\n  hosts: {a: 1\n" }, ["yaml/unclosed-bracket h.yml:3:1"]],
    ["an empty YAML file", { "h.yml": "---\n" }, ["inventory/empty h.yml:1:1"]],
    ["a plugin's configuration", { "h.yml": "plugin: aws_ec2\n" }, ["inventory/plugin h.yml:1:1"]],
    ["TOML", { "h.toml": "[web]\n" }, ["inventory/toml h.toml:1:1"]],
    [
      "bytes that are not UTF-8",
      { hosts: { text: new Uint8Array([0x77, 0xff]) } },
      ["text/not-utf8 hosts:1:2"],
    ],
    [
      "a byte order mark in INI",
      { hosts: "\uFEFF[web]\nw1\n" },
      ["inventory/byte-order-mark hosts:1:1"],
    ],
    ["a script that is not executable", { hosts: "#!/bin/sh\n" }, ["inventory/script hosts:1:1"]],
    ["a missing file", {}, ["inventory/missing"]],
    [
      "a broken variable file",
      { hosts: "w1\n", "host_vars/w1.yml": "a: 'open\n" },
      ["yaml/unclosed-quote host_vars/w1.yml:2:1"],
    ],
    [
      "a variable file that is a list",
      { hosts: "w1\n", "group_vars/all": "- a\n" },
      ["inventory/vars-file group_vars/all:1:1"],
    ],
    [
      "a priority that is a word",
      { hosts: "[web]\nw1\n[web:vars]\nansible_group_priority=high\n" },
      ["inventory/group-priority hosts:4:1"],
    ],
  ])("%s", async (_what, files, wanted) => {
    const source = Object.keys(files)[0] ?? "hosts";
    const { value, problems } = await load(files, { sources: [source] });
    expect(value).toBeUndefined();
    expect(said(problems)).toEqual(wanted);
  });

  test("an unknown key in YAML is a warning with the key that was meant", async () => {
    const { value, problems } = await load(
      { "h.yml": "web:\n  hosts: {w1: }\n  childern: {db: }\n" },
      { sources: ["h.yml"] },
    );
    expect(value).toBeDefined();
    expect(problems).toMatchObject([
      { severity: "warning", code: "inventory/unknown-key", hint: "Did you mean children?" },
    ]);
  });

  test("the way around a circle is shown", async () => {
    const { problems } = await load({
      hosts: "[a:children]\nb\n[b:children]\nc\n[c:children]\na\n",
    });
    expect(problems[0]?.summary).toBe("group a cannot be a child of c: c → a → b → c");
  });
});

describe("executable inventories", () => {
  const script: Files = { hosts: { text: "#!/bin/sh\n", mode: 0o755 } };

  test("without _meta are asked for each host", async () => {
    const files = memoryFiles(script, (_path, args) => ({
      kind: "exited",
      code: 0,
      stdout: args[0] === "--list" ? '{"web": ["w1"]}' : `{"asked": "${args[1] ?? ""}"}`,
      stderr: "",
    }));
    expect(await variables({}, "w1", { files })).toEqual({ asked: "w1" });
  });

  test.each([
    ["that fail", { kind: "exited", code: 3, stdout: "", stderr: "oops\n" } as const],
    ["that print no JSON", { kind: "exited", code: 0, stdout: "[]", stderr: "" } as const],
    ["that cannot be started", { kind: "not-started", reason: "no interpreter" } as const],
    [
      "with a group that is a number",
      { kind: "exited", code: 0, stdout: '{"web": 5}', stderr: "" } as const,
    ],
  ])("%s are an error", async (_what, output) => {
    const { value, problems } = await load({}, { files: memoryFiles(script, () => output) });
    expect(value).toBeUndefined();
    expect(said(problems)).toEqual(["inventory/script hosts:1:1"]);
  });
});

describe("whatever the bytes of an inventory are", () => {
  test("it is read or refused, and nothing is thrown", async () => {
    const character = fc.constantFrom(..."[]{}()'\"\\,:#-=w1 \n\t%!&*|>xv{{}}@~é");
    const text = fc.oneof(
      fc.string({ unit: character, maxLength: 80 }),
      fc.string({ unit: "binary" }),
    );
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom("hosts", "h.yml", "h.ini"), async (content, name) => {
        const { value, problems } = await load({ [name]: content }, { sources: [name] });
        const errors = problems.filter((problem) => problem.severity === "error");
        expect(value === undefined).toBe(errors.length > 0);
        for (const { at } of errors) expect(at?.line).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });
});
