/** One read of a host that answers most of a doctor's questions, and what it says. */
import type { Command } from "../../model/command.ts";
import { rawShell } from "../../model/command.ts";

/** Lines of `key<TAB>value`; a key may come several times. Nothing here opens an LMDB or talks to a daemon. */
export const SURVEY: Command = rawShell(`PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin
k() { [ -z "$2" ] || printf '%s\\t%s\\n' "$1" "$2"; }
has() { command -v "$1" >/dev/null 2>&1; }
k user "$(id -un)"
k os "$(sed -n 's/^PRETTY_NAME=//p' /etc/os-release 2>/dev/null | tr -d '"')"
for t in sh awk sed tar sha256sum sync mdb_dump mdb_copy systemctl apt-get curl pdns_server pdns_control lightningstream; do
  if has "$t"; then k tool "$t"; fi
done
if has pdns_server; then k pdns "$(pdns_server --version 2>&1 | sed -n 's/.*PowerDNS Authoritative Server \\([0-9][^ ]*\\).*/\\1/p' | head -n 1)"; fi
if has lightningstream; then k stream "$(lightningstream version 2>/dev/null </dev/null | sed -n 's/^[^0-9]*\\([0-9][0-9.]*[0-9]\\).*/\\1/p' | head -n 1)"; fi
for d in / /tmp /var/lib/powerdns /var/lib/runbook; do
  if [ -d "$d" ]; then df -Pk "$d" 2>/dev/null | awk -v d="$d" 'NR == 2 { print "disk\\t" d " " $4 " " $6 }'; fi
done
ls -ln /var/lib/powerdns/pdns.lmdb* 2>/dev/null | awk '$NF !~ /-lock$/ { s += $5 } END { if (NR) print "lmdb\\t" int((s + 1023) / 1024) }'
if has dpkg; then k audit "$(dpkg --audit 2>/dev/null | sed -n '/^ /{s/^ *//;p;q;}')"; fi
if has apt-mark; then k kept "$(apt-mark showhold 2>/dev/null | grep -E '^(pdns|lightning)' | tr '\\n' ' ')"; fi
for f in /etc/systemd/system/*.d/zz-runbook-hold.conf; do
  if [ -e "$f" ]; then k hold "$f $(sed -n 's/^# run: //p' "$f")"; fi
done
for b in /var/lib/runbook "$HOME/.runbook"; do
  if [ -r "$b/lock/fencing" ]; then k lock "$(sed -n '1s/ .*//p' "$b/lock/fencing")"; fi
done
if [ -e /run/reboot-required ] || [ -e /var/run/reboot-required ]; then k reboot yes; fi
if has systemctl; then
  for u in unattended-upgrades apt-daily-upgrade.timer puppet chef-client salt-minion; do
    if [ "$(systemctl is-active "$u" 2>/dev/null)" = active ]; then k agent "$u"; fi
  done
fi
if [ -e /etc/lightningstream.yml ]; then k mode "$(stat -c '%a' /etc/lightningstream.yml 2>/dev/null)"; fi
grep -qs '^ *lmdb-schema-version *=' /etc/powerdns/pdns.conf /etc/powerdns/pdns.d/*.conf && k pinned "$(grep -hs '^ *lmdb-schema-version *=' /etc/powerdns/pdns.conf /etc/powerdns/pdns.d/*.conf | tail -n 1)"
for f in /etc/crontab /etc/cron.*/* /var/spool/cron/* /var/spool/cron/crontabs/* /etc/systemd/system/*.service; do
  if [ -f "$f" ] && grep -v '^[[:space:]]*#' "$f" 2>/dev/null | grep -qw pdnsutil; then k job "$f"; fi
done
if has dpkg-query; then k liblmdb "$(dpkg-query -W -f='\${Version}' liblmdb0 2>/dev/null)"
elif has rpm; then k liblmdb "$(rpm -q --qf '%{VERSION}' lmdb-libs 2>/dev/null | grep '^[0-9]')"; fi
if has apt-cache; then k liblmdb_next "$(apt-cache policy liblmdb0 2>/dev/null | sed -n 's/^ *Candidate: *\\([0-9].*\\)/\\1/p')"; fi
if [ -r /etc/lightningstream.yml ]; then
  awk '/^[^ #]/ { on = /^sweeper:/ } on && $1 == "enabled:" { print "sweeper\\t" $2 } on && $1 == "retention_days:" { print "sweeper_days\\t" $2 }' /etc/lightningstream.yml
fi
k over yes`);

export interface Survey {
  readonly all: (key: string) => readonly string[];
  readonly one: (key: string) => string | undefined;
  readonly tools: ReadonlySet<string>;
}

/** Undefined: the script did not come to its end. */
export function surveyIn(text: string): Survey | undefined {
  const found = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const tab = line.indexOf("\t");
    if (tab <= 0) continue;
    const key = line.slice(0, tab);
    found.set(key, [...(found.get(key) ?? []), line.slice(tab + 1).trim()]);
  }
  if (!found.has("over")) return undefined;
  const all = (key: string): readonly string[] => found.get(key) ?? [];
  return { all, one: (key) => all(key)[0], tools: new Set(all("tool")) };
}
