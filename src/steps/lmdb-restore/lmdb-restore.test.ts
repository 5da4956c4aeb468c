import { stepContract } from "../contract.ts";
import { step } from "./lmdb-restore.ts";

stepContract(step, import.meta.dirname);
