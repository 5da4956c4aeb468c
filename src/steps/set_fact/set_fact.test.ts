import { stepContract } from "../contract.ts";
import { step } from "./set_fact.ts";

stepContract(step, import.meta.dirname);
