import { expect, test } from "@jest/globals";
import { VaultText } from "../model/value.ts";
import { yamlText } from "./yaml-text.ts";

test("what is encrypted is written as a block that can be read again, under a key and in a list", () => {
  const secret = new VaultText("$ANSIBLE_VAULT;1.1;AES256\n6162\n6364\n");
  expect(yamlText({ a: secret, l: ["x", secret, { k: secret, z: 1 }] })).toBe(
    [
      "a: !vault |",
      "  $ANSIBLE_VAULT;1.1;AES256",
      "  6162",
      "  6364",
      "l:",
      "- x",
      "- !vault |",
      "  $ANSIBLE_VAULT;1.1;AES256",
      "  6162",
      "  6364",
      "- k: !vault |",
      "    $ANSIBLE_VAULT;1.1;AES256",
      "    6162",
      "    6364",
      "  z: 1",
      "",
    ].join("\n"),
  );
});
