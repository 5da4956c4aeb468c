import { stepContract } from "../contract.ts";
import { step } from "./lmdb-usable.ts";

stepContract(step, import.meta.dirname);
