import { describe } from "@jest/globals";
import { stepContract } from "../contract.ts";
import { readOnly, step } from "./shell.ts";

stepContract(step, import.meta.dirname);

describe("as a gate", () => {
  stepContract(readOnly, `${import.meta.dirname}/read-only`);
});
