import { chmodSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PrivateFleet } from "./private-fleet.ts";

/** Asks as sudo does, lets in who knows the password, becomes nobody else, and counts in the file `asked`. */
const SUDO = `#!/bin/sh
root=\${0%/bin/sudo}
while [ "$1" != -- ]; do
  if [ "$1" = -p ]; then prompt=$2; fi
  shift
done
shift
echo asked >>"$root/asked"
printf %s "$prompt" >&2
IFS= read -r given
if [ "$given" != "$(cat "$root/password")" ]; then
  echo 'Sorry, try again.' >&2
  printf %s "$prompt" >&2
  IFS= read -r given || { echo 'sudo: 1 incorrect password attempt' >&2; exit 1; }
fi
exec "$@"
`;

/** For `startFleet`: programs of a host find its own sudo first. */
export const withSudo = ({ root }: { readonly root: string }): { readonly PATH: string } => ({
  PATH: `${join(root, "bin")}:${process.env["PATH"] ?? "/usr/bin:/bin"}`,
});

export function installSudo(fleet: PrivateFleet, name: string, password: string): void {
  const host = fleet.host(name);
  host.write("bin/sudo", SUDO, 0o755);
  host.write("password", `${password}\n`);
  chmodSync(dirname(host.path("bin/sudo")), 0o755);
}
