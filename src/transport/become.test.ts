import { expect, test } from "@jest/globals";
import { hostId } from "../model/ids.ts";
import { sudoRefused } from "./become.ts";

test("what sudo said is shown without the blank lines that belonged to its prompts", () => {
  const stderr =
    "\nSorry, try again.\n\nsudo: no password was provided\nsudo: 1 incorrect password attempt\n";
  expect(
    sudoRefused(hostId("ns1"), { user: "root", exe: "sudo" }, { stderr, code: 1 }).detail,
  ).toEqual([
    "Sorry, try again.",
    "sudo: no password was provided",
    "sudo: 1 incorrect password attempt",
  ]);
});
