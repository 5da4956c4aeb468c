const SUFFIX = /\.(service|socket|timer|target|path|mount|automount|swap|slice|scope|device)$/;

/** systemd's own characters, so that a name can be a folder's name and a word of a script. */
const VALID = /^[A-Za-z0-9:_.\\@-]+$/;

/** `pdns` is short for `pdns.service`, as for systemctl. */
export function unitName(written: string): string {
  return SUFFIX.test(written) ? written : `${written}.service`;
}

export function isUnitName(written: string): boolean {
  return VALID.test(written) && !written.startsWith("-") && written.length < 240;
}

/** The short form, for people and for resources: `unit:pdns` however it was written. */
export function shortName(unit: string): string {
  return unit.endsWith(".service") ? unit.slice(0, -".service".length) : unit;
}
