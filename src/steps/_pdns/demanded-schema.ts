import { sh } from "../../model/command.ts";
import type { HostReader } from "../../model/transport.ts";
import { ask } from "../ask.ts";
import { optionIn } from "../_lightningstream/unit.ts";

/** `lmdb-schema-version`: a server whose own schema is another one refuses to start, in either direction. */
export type DemandedSchema = {
  readonly schema: number;
  /** The file, or the unit whose command line says so. */
  readonly where: string;
};

const SETTING = "lmdb-schema-version";
/** As they stand in the command line of the unit. */
const PLACES = ["--config-dir", "--config-name"];

/**
 * What the server will find at its next start, so from its files and not from the one that runs. The program itself says
 * which files it reads: `--config` shows settings and opens no database; of a configuration that it refuses, they are looked
 * for where they usually are. The last one in its order counts.
 */
export async function demandedSchema(
  host: HostReader,
  unit: { readonly name: string; readonly command: readonly string[] },
): Promise<DemandedSchema | null> {
  const flags = unit.command.filter((word) => PLACES.includes(word.split("=")[0] ?? ""));
  const name = optionIn(flags, ["--config-name"]);
  const file = name === undefined ? "pdns.conf" : `pdns-${name}.conf`;
  const answer = await ask(
    host,
    sh`( # look for ${SETTING}
PATH=$PATH:/usr/sbin:/usr/local/sbin
shown=$(pdns_server ${flags} --config 2>/dev/null | sed 's/^# //')
dir=$(printf '%s\n' "$shown" | sed -n 's/^config-dir=//p')
more=$(printf '%s\n' "$shown" | sed -n 's/^include-dir=//p')
[ -n "$dir" ] || dir=${optionIn(flags, ["--config-dir"]) ?? ""}
[ -n "$dir" ] || for dir in /etc/powerdns /etc/pdns; do [ ! -d "$dir" ] || break; done
[ -n "$more" ] || more=$(sed -n 's/^[[:space:]]*include-dir[[:space:]]*=[[:space:]]*//p' "$dir/"${file} 2>/dev/null | tail -n 1)
set -- "$dir/"${file}
[ -z "$more" ] || set -- "$@" "$more"/*.conf
grep -HsE ${`^[[:space:]]*${SETTING}[[:space:]]*=`} -- "$@"
true )`,
  );
  const told = optionIn(unit.command, [`--${SETTING}`]);
  if (told !== undefined)
    return { schema: Number(told), where: `the command line of ${unit.name}` };
  const last = answer.out.trimEnd().split("\n").at(-1) ?? "";
  const found = /^(.*?):\s*lmdb-schema-version\s*=\s*(\d+)/.exec(last);
  return found === null ? null : { schema: Number(found[2]), where: found[1] ?? "" };
}
