import { stepContract } from "../contract.ts";
import { step } from "./package-state.ts";

stepContract(step, import.meta.dirname);
