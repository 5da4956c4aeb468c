import { stepContract } from "../contract.ts";
import { step } from "./assert.ts";

stepContract(step, import.meta.dirname);
