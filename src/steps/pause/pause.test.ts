import { stepContract } from "../contract.ts";
import { step } from "./pause.ts";

stepContract(step, import.meta.dirname);
