import { stepContract } from "../contract.ts";
import { step } from "./lightningstream-snapshots.ts";

stepContract(step, import.meta.dirname);
