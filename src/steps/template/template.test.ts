import { stepContract } from "../contract.ts";
import { step } from "./template.ts";

stepContract(step, import.meta.dirname);
