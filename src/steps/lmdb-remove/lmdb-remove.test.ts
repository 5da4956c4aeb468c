import { stepContract } from "../contract.ts";
import { step } from "./lmdb-remove.ts";

stepContract(step, import.meta.dirname);
