/** Prints what a scenario measured, so that a log of the suite has the figures. */
export function say(scenario: string, figure: string): void {
  process.stderr.write(`  ${scenario}: ${figure}\n`);
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
