// Scenarios on real hosts, one after the other in one lab of their own. Run by
//   node --experimental-vm-modules node_modules/jest/bin/jest.js -c lab/jest.config.mjs
import tests from "../jest.config.mjs";

if (process.env.LAB === undefined) {
  process.env.LAB = "/var/tmp/runbook-lab-ci";
  process.env.LAB_NET ??= "10.88.60";
}

// Each step by itself takes minutes more than CI has: .ci/full runs them.
const full = process.env.LAB_FULL === "1";
if (!full) console.error("lab: the core scenarios; lab/steps and every power cut run in .ci/full");

export default {
  testEnvironment: tests.testEnvironment,
  extensionsToTreatAsEsm: tests.extensionsToTreatAsEsm,
  transform: tests.transform,
  injectGlobals: false,
  testMatch: ["<rootDir>/scenarios/*.test.ts", ...(full ? ["<rootDir>/steps/*.lab.ts"] : [])],
  globalSetup: "<rootDir>/scenarios/support/bring-up.mjs",
  globalTeardown: "<rootDir>/scenarios/support/take-down.mjs",
  maxWorkers: 1,
  testTimeout: 300_000,
};
