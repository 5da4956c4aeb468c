import { text as textOf } from "node:stream/consumers";
import { EXIT } from "../exit-codes.ts";
import type { VaultCommandOptions } from "../options.ts";
import { askHidden, type Terminal } from "../terminal.ts";
import { closed } from "../vault/close.ts";
import { closingKey } from "./vault.ts";

interface Text {
  readonly name: string | undefined;
  readonly plain: string;
}

/** Values for YAML files: what is asked for, then standard input, then the arguments with the names of `-n`. */
export async function encryptString(
  words: readonly string[],
  options: VaultCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const names = options.name ?? [];
  const texts: Text[] = [];
  if (options.prompt) {
    const name = names.length > words.length ? names[0] : undefined;
    const ask = options.showInput ? (text: string) => terminal.ask(text) : askHidden;
    const plain = await ask(`String to encrypt${name === undefined ? "" : ` (${name})`}: `);
    if (plain === undefined) {
      terminal.err("The string is asked for, and nobody can answer.\n");
      return EXIT.usage;
    }
    texts.push({ name, plain });
  }
  const fromInput = words.includes("-") || options.stdinName !== undefined || words.length === 0;
  if (fromInput && !options.prompt) {
    texts.push({ name: options.stdinName, plain: await textOf(process.stdin) });
  }
  const rest = words.filter((word) => word !== "-");
  const left = options.prompt && names.length > words.length ? names.slice(1) : names;
  rest.forEach((plain, index) => texts.push({ name: left[index], plain }));
  if (texts.some(({ plain }) => plain === "")) {
    terminal.err("An empty string cannot be encrypted.\n");
    return EXIT.usage;
  }
  if (left.length > rest.length && fromInput) {
    terminal.err("Standard input is named by --stdin-name, not by -n.\n");
    return EXIT.usage;
  }
  const key = await closingKey(options, terminal);
  if (typeof key === "number") return key;
  for (const { name, plain } of texts) {
    const lines = closed(Buffer.from(plain), key).trimEnd().split("\n");
    const head = name === undefined ? "!vault |" : `${name}: !vault |`;
    terminal.out(`${[head, ...lines.map((line) => `          ${line}`)].join("\n")}\n`);
  }
  return EXIT.done;
}
