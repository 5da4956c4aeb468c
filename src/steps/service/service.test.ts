import { stepContract } from "../contract.ts";
import { step } from "./service.ts";

stepContract(step, import.meta.dirname);
