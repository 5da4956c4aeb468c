const compile = {
  jsc: {
    target: "es2022",
    parser: { syntax: "typescript" },
    transform: { decoratorVersion: "2022-03" },
  },
  module: { type: "es6" },
  sourceMaps: "inline",
};

/** Unit and whole-system tests. The scenarios on real hosts have a configuration of their own in lab/. */
export default {
  testEnvironment: "node",
  roots: ["<rootDir>/src", "<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: { "\\.ts$": ["@swc/jest", compile] },
  randomize: true,
  // Many tests wait for processes of their own: a worker for each processor keeps all of them busy.
  maxWorkers: "100%",
  workerIdleMemoryLimit: "512MB",
  injectGlobals: false,
};
