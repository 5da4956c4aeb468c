import { stepContract } from "../contract.ts";
import { step } from "./pdns-state.ts";

stepContract(step, import.meta.dirname);
