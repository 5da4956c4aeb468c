import { rawShell, type Command } from "../../model/command.ts";

/** Where packages are kept that a way back may need; on a disk that outlives the run and apt's own cleaning. */
export const STORE = "/var/lib/runbook/packages";

/** A package file in the store whose checksum is what it was when it was put there. */
export interface KeptDeb {
  readonly package: string;
  readonly version: string;
  readonly sha256: string;
  readonly path: string;
}

/** Lines of `sha256  path`. apt writes an epoch's colon as %3a in file names. */
export function parseKept(text: string): readonly KeptDeb[] {
  return text.split("\n").flatMap((line) => {
    const [, sha256, path] = /^([0-9a-f]{64}) [ *](.+\.deb)$/.exec(line) ?? [];
    const deb = path === undefined ? undefined : debNamed(path);
    return sha256 === undefined || path === undefined || deb === undefined
      ? []
      : [{ ...deb, sha256, path }];
  });
}

/** Package and version from a file's name: `name_version_architecture.deb`. */
export function debNamed(
  path: string,
): { readonly package: string; readonly version: string } | undefined {
  const base = path.slice(path.lastIndexOf("/") + 1);
  const [, name, version] = /^([^_]+)_([^_]+)_[^_]+\.deb$/.exec(base) ?? [];
  if (name === undefined || version === undefined) return undefined;
  return { package: name, version: version.replaceAll("%3a", ":") };
}

/**
 * Shell functions of the store. `rb_deb NAME VERSION` prints the path of an intact file, kept or in apt's own cache;
 * `rb_keep NAME VERSION SHA256|-` puts a file there, from apt's cache or from the sources, and proves that it is the
 * right one.
 */
export const STORE_FUNCTIONS: Command = rawShell(`store=${STORE}
rb_file_name() { printf '%s_%s_' "$1" "$(printf '%s' "$2" | sed 's/:/%3a/')"; }
rb_intact() { [ -f "$1.sha256" ] && ( cd "$store" && sha256sum --check --status -- "$1.sha256" ) 2>/dev/null; }
rb_is() { [ "$(dpkg-deb --field "$1" Package 2>/dev/null)" = "$2" ] && [ "$(dpkg-deb --field "$1" Version 2>/dev/null)" = "$3" ]; }
rb_deb() {
  for deb in "$store/$(rb_file_name "$1" "$2")"*.deb; do
    if [ -f "$deb" ] && rb_intact "$deb"; then printf '%s\\n' "$deb"; return 0; fi
  done
  for deb in "/var/cache/apt/archives/$(rb_file_name "$1" "$2")"*.deb; do
    if [ -f "$deb" ] && rb_is "$deb" "$1" "$2"; then printf '%s\\n' "$deb"; return 0; fi
  done
  return 1
}
rb_keep() {
  for deb in "$store/$(rb_file_name "$1" "$2")"*.deb; do
    if [ -f "$deb" ] && rb_intact "$deb"; then touch -a -- "$deb"; return 0; fi
  done
  ( umask 077 && mkdir -p -- "$store/.new" ) || return 1
  rm -f -- "$store/.new"/*.deb
  deb=$(rb_deb "$1" "$2") && cp -- "$deb" "$store/.new/" ||
    ( cd "$store/.new" && apt-get -q -o APT::Sandbox::User=root download "$1=$2" </dev/null ) || return 1
  for deb in "$store/.new"/*.deb; do
    rb_is "$deb" "$1" "$2" || { printf 'wrong:%s\\n' "$deb"; return 1; }
    sum=$(sha256sum -- "$deb") && sum=\${sum%% *}
    [ "$3" = - ] || [ "$sum" = "$3" ] || { printf 'wrong:%s\\n' "$deb"; return 1; }
    name=\${deb##*/}
    printf '%s  %s\\n' "$sum" "$name" >"$store/.new/$name.sha256" &&
      sync -- "$deb" "$store/.new/$name.sha256" &&
      mv -f -- "$deb" "$store/$name" && mv -f -- "$store/.new/$name.sha256" "$store/$name.sha256" &&
      sync -- "$store" || return 1
  done
}`);
