import { expect, test } from "@jest/globals";
import { runInNewContext } from "node:vm";
import { fieldOf, reasonOf } from "./reason.ts";

test("the reason of anything thrown is a text, also of an error from another realm", () => {
  expect(reasonOf(new Error("no"))).toBe("no");
  expect(reasonOf(runInNewContext('new Error("other")'))).toBe("other");
  expect(reasonOf("text")).toBe("text");
  expect(reasonOf(undefined)).toBe("undefined");
  expect(fieldOf(Object.assign(new Error("x"), { code: "ENOENT" }), "code")).toBe("ENOENT");
  expect(fieldOf(null, "code")).toBeUndefined();
});
