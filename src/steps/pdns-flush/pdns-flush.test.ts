import { stepContract } from "../contract.ts";
import { step } from "./pdns-flush.ts";

stepContract(step, import.meta.dirname);
