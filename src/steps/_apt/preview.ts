import { sh, type Command } from "../../model/command.ts";
import { rawShell } from "../../model/command.ts";
import { sourceText, type PackageSource } from "./params.ts";

/**
 * Fresh lists in a folder of their own, with a source that is not there yet: a plan knows exact versions, and the host
 * stays as it is. The folder lives from one read to the next; `closePreview` removes it.
 */
export function openPreview(source: PackageSource | undefined): Command {
  const added =
    source === undefined
      ? rawShell(":")
      : sh`printf '%s' ${sourceText(source)} >"$folder"/parts/${`${source.name}.list`}`;
  return sh`folder=$(mktemp -d /tmp/runbook-lists.XXXXXX) && mkdir -p "$folder/lists/partial" "$folder/parts"
cp /etc/apt/sources.list.d/* "$folder/parts/" 2>/dev/null
${added}
cat >"$folder/apt.conf" <<CONF
Dir::State::lists "$folder/lists";
Dir::Etc::sourceparts "$folder/parts";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
APT::Sandbox::User "root";
CONF
export APT_CONFIG="$folder/apt.conf"
printf '== preview\n%s\n== refresh\n' "$folder"
apt-get -q update 2>&1 </dev/null | grep -E '^(E|W|Err)'`;
}

export function usePreview(folder: string): Command {
  return sh`export APT_CONFIG=${`${folder}/apt.conf`}`;
}

export function closePreview(folder: string): Command {
  return sh`case ${folder} in /tmp/runbook-lists.*) rm -rf -- ${folder} ;; esac`;
}
