import { stepContract } from "../contract.ts";
import { step } from "./lightningstream-config.ts";

stepContract(step, import.meta.dirname);
