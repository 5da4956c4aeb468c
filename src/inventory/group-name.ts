/** A group's name with `_` for all that cannot stand in the name of a variable, as Ansible's sanitising writes it. */
export function safeGroupName(written: string): string {
  return written.replaceAll(/^[\p{Nd}]|[^\p{L}\p{N}_]/gu, "_");
}
