import { stepContract } from "../contract.ts";
import { step } from "./package-fetch.ts";

stepContract(step, import.meta.dirname);
