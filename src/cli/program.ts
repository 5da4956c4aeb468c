/** All that a command needs, as one piece: what `main` loads, and `scripts/build.mjs` bundles and keeps compiled. */
export { runArguments } from "./args.ts";
export { EXIT } from "./exit-codes.ts";
export { mappedTrace } from "./mapped-trace.ts";
export { createTerminal } from "./terminal.ts";
