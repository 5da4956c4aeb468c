/** A host pattern of an inventory (ranges not yet expanded) and the port behind it. */
export interface HostAddress {
  readonly host: string;
  readonly port?: number;
}

const LABEL = String.raw`(?:[\p{L}\p{N}_]|\[[^\]]*\])(?:(?:[\p{L}\p{N}_-]|\[[^\]]*\])*(?:[\p{L}\p{N}_]|\[[^\]]*\]))?`;
const HOST_NAME = new RegExp(String.raw`^${LABEL}(?:\.${LABEL})*\.?$`, "u");
const WITH_PORT = /^((?:[^:[\]]|\[[^\]]*\])+):(\d+)$/;
const BRACKETED = /^\[([^[\]]*:[^[\]]*)\](?::(\d+))?$/;

/**
 * Splits `name`, `name:port`, `[2001:db8::1]:port`. What fits none of these is a name as it stands, as for Ansible:
 * `root@h1`, `2001:db8::1`, `h1:notaport`. Port 0 is no port.
 */
export function parseAddress(text: string): HostAddress {
  if (!text.includes(":")) return { host: text };
  const bracketed = BRACKETED.exec(text);
  if (bracketed?.[1] !== undefined && isIpv6(bracketed[1])) {
    return withPort(bracketed[1], bracketed[2]);
  }
  const named = WITH_PORT.exec(text);
  if (named?.[1] !== undefined && HOST_NAME.test(named[1])) return withPort(named[1], named[2]);
  return { host: text };
}

function withPort(host: string, digits: string | undefined): HostAddress {
  const port = Number(digits ?? 0);
  return port === 0 ? { host } : { host, port };
}

function isIpv6(text: string): boolean {
  return /^[0-9a-fA-F:.]+(?:%[\w.-]+)?$/.test(text) && text.includes(":");
}
