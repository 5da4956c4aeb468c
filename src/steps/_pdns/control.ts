import type { Command } from "../../model/command.ts";
import type { HostSession } from "../../model/transport.ts";
import { change } from "../ask.ts";
import { serverSilent } from "./zone-list.ts";

/** Sends a command to the running server and returns the part of its answer that says it was understood. */
export async function mustAnswer(
  host: HostSession,
  command: Command,
  expected: RegExp,
): Promise<string> {
  const answer = await change(host, command);
  const found = expected.exec(answer.out)?.[0];
  if (answer.code !== 0 || found === undefined) throw serverSilent("take a command", answer);
  return found;
}
