import { didYouMean } from "../../lib/did-you-mean.ts";
import { createRedactor } from "../../lib/redact.ts";
import { encodeValue } from "../../lib/value-codec.ts";
import { hostId } from "../../model/ids.ts";
import type { Place } from "../../model/diagnostic.ts";
import type { Variable, VariableOrigin } from "../../model/inventory.ts";
import { VaultText } from "../../model/value.ts";
import { EXIT } from "../exit-codes.ts";
import type { VarsOptions } from "../options.ts";
import { readInventory } from "../sources.ts";
import type { Terminal } from "../terminal.ts";

/** Every variable of a host with where it comes from; with a name, every value that was given for it and who won. */
export async function vars(
  host: string,
  options: VarsOptions,
  terminal: Terminal,
): Promise<number> {
  const redactor = createRedactor();
  const read = await readInventory(options, options.playbookDir ?? ".", redactor);
  terminal.mask = (text) => redactor.mask(text);
  terminal.problems(read.problems);
  if (!read.value) return EXIT.invalid;
  if (!read.value.inventory.host(host)) {
    const near = didYouMean(
      host,
      read.value.inventory.hosts.map((one) => one.name),
    );
    terminal.err(
      `There is no host ${host} in the inventory.${near === undefined ? "" : ` Did you mean ${near}?`}\n`,
    );
    return EXIT.noHosts;
  }
  const candidates = read.value.inventory.candidates(hostId(host));
  if (options.explain !== undefined) {
    const given = candidates.get(options.explain);
    if (!given) {
      const near = didYouMean(options.explain, candidates.keys());
      terminal.err(
        `${host} has no variable ${options.explain}.${near === undefined ? "" : ` Did you mean ${near}?`}\n`,
      );
      return EXIT.refused;
    }
    given.forEach((variable, index) => {
      const won =
        index === given.length - 1 ? terminal.paint.good("wins ") : terminal.paint.dim("loses");
      terminal.out(`${won} ${shown(variable)}\n        ${originText(variable.from)}\n`);
    });
    return EXIT.done;
  }
  for (const name of [...candidates.keys()].toSorted()) {
    const winner = candidates.get(name)?.at(-1);
    if (winner)
      terminal.out(`${name}: ${shown(winner)}  ${terminal.paint.dim(originText(winner.from))}\n`);
  }
  return EXIT.done;
}

function shown({ value, from }: Variable): string {
  if (value instanceof VaultText || ("encrypted" in from && from.encrypted)) return "•••";
  return JSON.stringify(encodeValue(value));
}

function originText(from: VariableOrigin): string {
  const at = "at" in from && from.at ? ` ${placeText(from.at)}` : "";
  switch (from.kind) {
    case "group":
      return `group ${from.group} in the inventory${at}`;
    case "host":
      return `host in the inventory${at}`;
    case "group-vars":
      return `group_vars of ${from.group} beside the ${from.beside}${at}`;
    case "host-vars":
      return `host_vars beside the ${from.beside}${at}`;
    case "extra-vars":
      return `-e ${from.written}${at}`;
    case "implicit-localhost":
      return "localhost that no inventory names";
  }
}

function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}
