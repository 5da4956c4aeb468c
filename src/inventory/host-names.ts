import { parseAddress } from "./address.ts";
import { expandRange } from "./range.ts";

export type HostNames =
  | { readonly kind: "hosts"; readonly names: readonly string[]; readonly port?: number }
  | {
      readonly kind: "wrong";
      readonly summary: string;
      readonly hint?: string;
      readonly empty?: true;
    };

/** The hosts that one entry of an inventory names: `web[01:12].example.net:2222`. */
export function hostNames(pattern: string): HostNames {
  if (pattern.endsWith(":")) {
    return {
      kind: "wrong",
      summary: `a host's name cannot end in a colon: ${pattern}`,
      hint: "A colon stands before a port. In a YAML file this would be a key: is the file named .yml?",
    };
  }
  if (pattern.startsWith("---")) {
    return { kind: "wrong", summary: "--- starts a YAML file, and this one is read as INI" };
  }
  const { host, port } = parseAddress(pattern);
  const expanded = expandRange(host);
  if (expanded.kind === "wrong") {
    const { why, empty } = expanded;
    return { kind: "wrong", summary: `${pattern}: ${why}`, ...(empty && { empty }) };
  }
  return { kind: "hosts", names: expanded.names, ...(port === undefined ? {} : { port }) };
}
