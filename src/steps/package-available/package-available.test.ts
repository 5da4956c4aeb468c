import { stepContract } from "../contract.ts";
import { step } from "./package-available.ts";

stepContract(step, import.meta.dirname);
