import { describe, expect, test } from "@jest/globals";
import { mainLmdb, readConfig } from "./config.ts";

const TEXT = `# Ansible managed
instance: ns1
lmdbs:
  main:
    path: /var/lib/powerdns/pdns.lmdb
    options: {no_subdir: true, create: true, file_mask: 0600}
  shard: { path: /var/lib/powerdns/pdns.lmdb-0 }
storage:
  type: s3
  options:
    bucket: lsbucket
    endpoint_url: http://10.88.0.1:7070
    global_prefix: v5
http:
  address: "127.0.0.1:8500"
`;

function prefixIn(line: string, environment: Readonly<Record<string, string>> = {}) {
  const text = TEXT.replace("    global_prefix: v5\n", line === "" ? "" : `    ${line}\n`);
  return readConfig(text, "ls.yml", new Map(Object.entries(environment))).value?.prefix;
}

test("a configuration says where snapshots go and whom to ask", () => {
  expect(readConfig(TEXT, "ls.yml", new Map())).toEqual({
    problems: [],
    value: {
      instance: "ns1",
      storage: "s3",
      bucket: "http://10.88.0.1:7070/lsbucket",
      prefix: "v5",
      lmdbs: [
        { name: "main", path: "/var/lib/powerdns/pdns.lmdb" },
        { name: "shard", path: "/var/lib/powerdns/pdns.lmdb-0" },
      ],
      http: { address: "127.0.0.1", port: 8500 },
    },
  });
});

describe("a prefix", () => {
  test("is text even when it looks like a number", () => {
    expect(prefixIn("global_prefix: 06")).toBe("06");
  });
  test("that is absent is told apart from an empty one", () => {
    expect(prefixIn("")).toBeUndefined();
    expect(prefixIn("global_prefix: ''")).toBe("");
    expect(prefixIn("global_prefix:")).toBe("");
  });
  test("comes from the environment, where a variable that is not set is silently nothing", () => {
    expect(prefixIn("global_prefix: ${LS_PREFIX}", { LS_PREFIX: "v6" })).toBe("v6");
    expect(prefixIn("global_prefix: ${LS_PREFIX}")).toBe("");
  });
});

test("a server on every address is asked on the loopback", () => {
  const text = TEXT.replace('"127.0.0.1:8500"', '":8500"');
  expect(readConfig(text, "ls.yml", new Map()).value?.http).toEqual({
    address: "127.0.0.1",
    port: 8500,
  });
});

test("the main LMDB is the one that is no shard, whatever it is called", () => {
  const shard = { name: "aa", path: "/x/pdns.lmdb-0" };
  const main = { name: "bb", path: "/x/pdns.lmdb" };
  expect(mainLmdb([shard, main])).toBe(main);
});

test("a file that is no YAML is a problem with a place", () => {
  const { value, problems } = readConfig("a: [", "ls.yml", new Map());
  expect(value).toBeUndefined();
  expect(problems[0]?.at?.file).toBe("ls.yml");
});
