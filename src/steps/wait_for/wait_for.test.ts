import { stepContract } from "../contract.ts";
import { step } from "./wait_for.ts";

stepContract(step, import.meta.dirname);
