import { stepContract } from "../contract.ts";
import { step } from "./package.ts";

stepContract(step, import.meta.dirname);
