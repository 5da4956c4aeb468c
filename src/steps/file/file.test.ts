import { stepContract } from "../contract.ts";
import { step } from "./file.ts";

stepContract(step, import.meta.dirname);
