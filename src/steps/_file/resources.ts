import { posix } from "node:path";
import type { Resource } from "../../model/resource.ts";
import { cleanPath } from "./look.ts";

/** Folders that every host has: nobody makes them in a playbook, so nobody's check has to wait for them. */
const EVERYWHERE: ReadonlySet<string> = new Set(
  `/ /bin /boot /dev /etc /etc/apt /etc/apt/apt.conf.d /etc/apt/preferences.d /etc/apt/sources.list.d /etc/cron.d
  /etc/default /etc/logrotate.d /etc/profile.d /etc/ssh /etc/ssl /etc/sudoers.d /etc/sysctl.d /etc/systemd
  /etc/systemd/system /home /lib /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr /usr/bin /usr/lib /usr/local
  /usr/local/bin /usr/local/etc /usr/local/lib /usr/local/sbin /usr/sbin /usr/share /var /var/cache /var/lib /var/log
  /var/spool /var/tmp`.split(/\s+/),
);

/** Whether a path is a folder that no host can be without. */
export function isEverywhere(path: string): boolean {
  return EVERYWHERE.has(cleanPath(path));
}

/** Reading a file is also reading whether its folder is there. */
export function readsFile(path: string): readonly Resource[] {
  const folder = posix.dirname(cleanPath(path));
  return [
    `file:${cleanPath(path)}`,
    ...(EVERYWHERE.has(folder) ? [] : [`folder:${folder}` as const]),
  ];
}

/** What making a folder with the folders above it may bring into being. */
export function makesFolders(path: string): readonly Resource[] {
  const made: Resource[] = [];
  for (let at = cleanPath(path); !EVERYWHERE.has(at); at = posix.dirname(at)) {
    made.push(`folder:${at}`);
  }
  return made;
}
