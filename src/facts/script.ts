import { rawShell, type Command } from "../model/command.ts";

/**
 * Everything that facts are made of, in one read: sections that start with a line `== name`. It needs a POSIX shell and
 * what every Linux has; a tool that is missing leaves its section empty.
 */
export const FACTS_SCRIPT: Command = rawShell(`(
exec 2>/dev/null
section() { printf '\\n== %s\\n' "$1"; }
has() { command -v "$1" >/dev/null; }
briefly() { if has timeout; then timeout 3 "$@"; else "$@"; fi; }
section os-release; cat /etc/os-release || cat /usr/lib/os-release
section debian-version; cat /etc/debian_version
section alpine-release; cat /etc/alpine-release
section uname; uname -s; uname -n; uname -r; uname -v; uname -m
section fqdn; briefly hostname -f
section machine-id; cat /etc/machine-id
section user; id -un; id -u; id -g; id -ru; id -rg; echo "$HOME"; awk -F: -v u="$(id -u)" '$3 == u { print $5; print $7; exit }' /etc/passwd
section env; for n in HOME LANG LC_ALL LOGNAME PATH PWD SHELL SUDO_USER TERM USER; do eval "v=\\$$n"; [ -z "$v" ] || echo "$n=$v"; done
section date; date '+%Y %m %A %w %W %d %H %M %S %s %Z %z'; date -u +%Y-%m-%dT%H:%M:%S; date +%N
section uptime; cat /proc/uptime
section meminfo; cat /proc/meminfo
section cpuinfo; grep -E '^(processor|physical id|core id|cpu cores|siblings|model name|vendor_id|Processor|cpu model)[[:space:]]*:' /proc/cpuinfo
section nproc; nproc
section links; if has ip; then ip -o link show; else for d in /sys/class/net/*; do [ -e "$d/address" ] && echo "\${d##*/} $(cat "$d/address") $(cat "$d/mtu") $(cat "$d/flags") $(cat "$d/type")"; done; fi
section bridges; if has ip; then ip -o link show type bridge; fi
section bonds; if has ip; then ip -o link show type bond; fi
section addresses; if has ip; then ip -o addr show; fi
section route4; if has ip; then ip -4 route get 8.8.8.8; fi
section route6; if has ip; then ip -6 route get 2404:6800:400a:800::1012; fi
section resolv; cat /etc/resolv.conf
section init; cat /proc/1/comm; [ -d /run/systemd/system ] && echo systemd; [ -e /sbin/openrc ] && echo openrc; [ -d /etc/init.d ] && echo sysvinit
section packagers; for f in /usr/bin/apt-get /usr/bin/dnf5 /usr/bin/dnf /usr/bin/microdnf /usr/bin/yum /usr/bin/zypper /sbin/apk /usr/bin/pacman /usr/bin/emerge /usr/bin/xbps-install; do [ -x "$f" ] && echo "\${f##*/}"; done
section virtualization; if has systemd-detect-virt; then systemd-detect-virt; else for f in /.dockerenv /run/.containerenv; do [ -e "$f" ] && echo "$f"; done; cat /sys/class/dmi/id/sys_vendor; fi
section selinux; if [ -e /sys/fs/selinux/enforce ]; then echo "enforce=$(cat /sys/fs/selinux/enforce)"; echo "policyvers=$(cat /sys/fs/selinux/policyvers)"; fi; grep -E '^SELINUX(TYPE)?=' /etc/selinux/config
section mounts; while read -r device mount type options dump pass; do case $device in /*|*:/*) ;; *) continue ;; esac; path=$(printf %b "$mount"); echo "$device $mount $type $options $dump $pass $(briefly stat -f -c '%S %s %b %a %c %d' -- "$path")"; done </proc/self/mounts
section end
)`);

/** The sections of the script's output. A missing `end` means that it was cut off. */
export function sectionsOf(output: string): ReadonlyMap<string, string> {
  const parts = output.split(/\n== ([\w-]+)\n/);
  const sections = new Map<string, string>();
  for (let at = 1; at < parts.length; at += 2) sections.set(parts[at] ?? "", parts[at + 1] ?? "");
  return sections;
}
