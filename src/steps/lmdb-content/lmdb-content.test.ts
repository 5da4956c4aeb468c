import { stepContract } from "../contract.ts";
import { step } from "./lmdb-content.ts";

stepContract(step, import.meta.dirname);
