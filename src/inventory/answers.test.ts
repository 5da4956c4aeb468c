import { expect, test } from "@jest/globals";
import { inventoryAsTree } from "./answers.ts";
import { InventoryDraft } from "./draft.ts";
import { finishInventory } from "./finish.ts";
import { readIni } from "./ini.ts";
import { USUAL_SETTINGS } from "./settings.ts";

test("a group below two others is written where it comes first, and only named where it comes again", () => {
  const text = "[web]\nw1 a=1\n[eu:children]\nweb\n[prod:children]\nweb\n";
  const draft = new InventoryDraft();
  readIni({ text, file: "hosts", path: "/hosts" }, draft);
  draft.reconcile();
  const tree = inventoryAsTree(finishInventory(draft, [], [], USUAL_SETTINGS));
  expect(tree).toEqual({
    all: {
      children: {
        eu: { children: { web: { hosts: { w1: { a: 1 } } } } },
        prod: { children: { web: {} } },
      },
    },
  });
});
