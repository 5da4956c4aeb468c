import { describe, expect, test } from "@jest/globals";
import { parseAddress } from "./address.ts";
import { hostNames } from "./host-names.ts";

describe("an address", () => {
  test.each<[string, { host: string; port?: number }]>([
    ["ns1", { host: "ns1" }],
    ["ns1.example.net:2222", { host: "ns1.example.net", port: 2222 }],
    ["192.0.2.1:22", { host: "192.0.2.1", port: 22 }],
    ["2001:db8::1", { host: "2001:db8::1" }],
    ["[2001:db8::1]:2222", { host: "2001:db8::1", port: 2222 }],
    ["[2001:db8::1]", { host: "2001:db8::1" }],
    ["web[01:12]:2222", { host: "web[01:12]", port: 2222 }],
    ["höst:22", { host: "höst", port: 22 }],
    ["h:0", { host: "h" }],
    ["h:ssh", { host: "h:ssh" }],
    ["h:22:33", { host: "h:22:33" }],
    ["root@h", { host: "root@h" }],
    ["-h:22", { host: "-h:22" }],
  ])("%s", (text, wanted) => {
    expect(parseAddress(text)).toEqual(wanted);
  });
});

describe("an entry names", () => {
  test.each([
    ["ns[1:3]", ["ns1", "ns2", "ns3"]],
    ["ns[08:11].ex", ["ns08.ex", "ns09.ex", "ns10.ex", "ns11.ex"]],
    ["n[1:10:4]", ["n1", "n5", "n9"]],
    ["n[:2]", ["n0", "n1", "n2"]],
    ["db-[a:c]", ["db-a", "db-b", "db-c"]],
    ["r[1:2]c[x:y]", ["r1cx", "r1cy", "r2cx", "r2cy"]],
    ["ns1", ["ns1"]],
  ])("%s", (pattern, names) => {
    expect(hostNames(pattern)).toEqual({ kind: "hosts", names });
  });

  test.each([
    ["n[5:1]", "n[5:1]: a range that runs backwards names no host"],
    ["n[f:a]", "n[f:a]: a range runs from the lower to the higher letter"],
    [
      "n[01:100]",
      "n[01:100]: with leading zeros, both ends of a range have the same number of digits",
    ],
    ["n[1:]", "n[1:]: a range needs its last item"],
    ["n[a:3]", "n[a:3]: a range is between two numbers or two letters"],
    ["n[1]", "n[1]: a range is [first:last] or [first:last:step]"],
    ["n[1:2:3:4]", "n[1:2:3:4]: a range is [first:last] or [first:last:step]"],
    ["n[1:9:0]", "n[1:9:0]: the step of a range is a number from 1"],
    ["n[1:3", "n[1:3: the bracket [ is not closed"],
    ["n[1:99999999999]", "n[1:99999999999]: more than 100000 hosts"],
    ["n[1:9999]x[1:9999]", "n[1:9999]x[1:9999]: more than 100000 hosts"],
    ["h:", "a host's name cannot end in a colon: h:"],
    ["---", "--- starts a YAML file, and this one is read as INI"],
  ])("%s nothing, and why", (pattern, summary) => {
    expect(hostNames(pattern)).toMatchObject({ kind: "wrong", summary });
  });
});
