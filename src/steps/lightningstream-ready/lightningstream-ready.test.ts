import { stepContract } from "../contract.ts";
import { step } from "./lightningstream-ready.ts";

stepContract(step, import.meta.dirname);
