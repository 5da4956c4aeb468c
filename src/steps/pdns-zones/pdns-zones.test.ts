import { stepContract } from "../contract.ts";
import { step } from "./pdns-zones.ts";

stepContract(step, import.meta.dirname);
