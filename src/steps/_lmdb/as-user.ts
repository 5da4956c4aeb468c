import type { Command } from "../../model/command.ts";
import { sh } from "../../model/command.ts";

/**
 * Runs a program as the daemon's user where the session is root, and as it stands otherwise. Root must not open an
 * LMDB itself: it would leave a lock file of its own behind, and the server could not start any more.
 */
export function asUser(user: string, command: Command): Command {
  return sh`$([ "$(id -u)" != 0 ] || echo runuser -u ${user} --) ${command}`;
}
