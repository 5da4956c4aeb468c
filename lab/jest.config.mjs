// Scenarios on real hosts, one after the other in one lab of their own. Run by
//   node --experimental-vm-modules node_modules/jest/bin/jest.js -c lab/jest.config.mjs
import tests from "../jest.config.mjs";

if (process.env.LAB === undefined) {
  process.env.LAB = "/var/tmp/runbook-lab-ci";
  process.env.LAB_NET ??= "10.88.60";
}

// Each step by itself, and a power cut after every task, take minutes more than CI has: .ci/full runs them.
const full = process.env.LAB_FULL === "1";
if (!full)
  console.error(
    "lab: run by .ci/full and NOT here: lab/steps, and all but the most dangerous power cuts",
  );

export default {
  testEnvironment: tests.testEnvironment,
  extensionsToTreatAsEsm: tests.extensionsToTreatAsEsm,
  transform: tests.transform,
  injectGlobals: false,
  testMatch: ["<rootDir>/scenarios/*.test.ts", ...(full ? ["<rootDir>/steps/*.lab.ts"] : [])],
  globalSetup: "<rootDir>/scenarios/support/bring-up.mjs",
  globalTeardown: "<rootDir>/scenarios/support/take-down.mjs",
  maxWorkers: 1,
  // The longest takes 150 s on two quiet cores, four times that on a busy machine.
  testTimeout: 600_000,
};
