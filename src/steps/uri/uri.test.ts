import { stepContract } from "../contract.ts";
import { step } from "./uri.ts";

stepContract(step, import.meta.dirname);
