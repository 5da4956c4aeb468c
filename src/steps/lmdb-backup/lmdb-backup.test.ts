import { stepContract } from "../contract.ts";
import { step } from "./lmdb-backup.ts";

stepContract(step, import.meta.dirname);
