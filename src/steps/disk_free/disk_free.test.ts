import { stepContract } from "../contract.ts";
import { step } from "./disk_free.ts";

stepContract(step, import.meta.dirname);
