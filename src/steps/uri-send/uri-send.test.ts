import { stepContract } from "../contract.ts";
import { step } from "./uri-send.ts";

stepContract(step, import.meta.dirname);
