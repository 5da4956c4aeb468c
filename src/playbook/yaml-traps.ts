/**
 * The hint for a value that is not what its writer sees, because YAML 1.1 reads some words without quotes as numbers
 * or booleans. `written` is a scalar without quotes as it stands in the file.
 */
export function yamlTrap(
  written: string | undefined,
  value: unknown,
  wanted: readonly string[],
): string | undefined {
  if (wanted.includes("boolean") && typeof value === "string") {
    return /^(?:y|n|yes|no|on|off|true|false)$/i.test(value)
      ? `Write ${/^(?:y|yes|on|true)$/i.test(value) ? "true" : "false"}, without quotes.`
      : undefined;
  }
  if (written === undefined) return undefined;
  if (typeof value === "number" && /^[-+]?\d+(?::\d+)+$/.test(written)) {
    return `Put it in quotes: without them YAML 1.1 reads ${written} as the number ${value} (base 60).`;
  }
  if (typeof value === "number" && /^[-+]?0[0-7_]+$/.test(written)) {
    return `Put it in quotes: without them YAML 1.1 reads ${written} as an octal number, ${value}.`;
  }
  if (!wanted.includes("string")) return undefined;
  if (typeof value === "boolean") {
    return `Put it in quotes: without them YAML 1.1 reads ${written} as ${String(value)}.`;
  }
  if (typeof value === "number") {
    const changed = String(value) !== written;
    if (!changed && wanted.length > 1) return undefined;
    return `Put it in quotes${changed ? `: without them YAML reads ${written} as the number ${value}` : ""}.`;
  }
  return undefined;
}
