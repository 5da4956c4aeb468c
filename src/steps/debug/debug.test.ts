import { stepContract } from "../contract.ts";
import { step } from "./debug.ts";

stepContract(step, import.meta.dirname);
