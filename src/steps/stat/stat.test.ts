import { stepContract } from "../contract.ts";
import { step } from "./stat.ts";

stepContract(step, import.meta.dirname);
