import { stepContract } from "../contract.ts";
import { step } from "./lineinfile.ts";

stepContract(step, import.meta.dirname);
