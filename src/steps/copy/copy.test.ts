import { stepContract } from "../contract.ts";
import { step } from "./copy.ts";

stepContract(step, import.meta.dirname);
