import { stepContract } from "../contract.ts";
import { step } from "./fail.ts";

stepContract(step, import.meta.dirname);
