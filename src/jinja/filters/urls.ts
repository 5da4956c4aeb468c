import { textOr, wantText } from "../coerce.ts";
import { plugin } from "../plugin.ts";
import type { Plugins } from "../plugin.ts";
import { failed } from "../problem.ts";
import { Dict, List } from "../values/datum.ts";
import type { Datum } from "../values/datum.ts";
import { elements } from "../values/iterate.ts";
import { print } from "../values/print.ts";

/** Filters of addresses. */
export const URL_FILTERS: Plugins = {
  urlencode: plugin([], (input) => {
    if (typeof input === "string" || !(input instanceof Dict || input instanceof List))
      return percent(print(input), "/");
    const pairs = input instanceof Dict ? input.pairs() : elements(input).map(pairOf);
    return pairs.map(([key, value]) => `${plus(print(key))}=${plus(print(value))}`).join("&");
  }),
  urldecode: plugin([], (input) =>
    wantText(input, "what is decoded")
      .replaceAll("+", " ")
      .replace(/(?:%[0-9a-f]{2})+/gi, (bytes) =>
        Buffer.from(bytes.replaceAll("%", ""), "hex").toString("utf8"),
      ),
  ),
  urlsplit: plugin(["query?"], (input, [query]) => {
    const parts = splitUrl(wantText(input, "an address").replace(/[\t\r\n]/g, ""));
    const wanted = textOr(query, "");
    if (wanted === "") return new Dict(Object.entries(parts));
    if (!Object.hasOwn(parts, wanted)) throw failed(`unknown URL component: ${wanted}`);
    return parts[wanted] ?? null;
  }),
};

function pairOf(datum: Datum): [Datum, Datum] {
  const [key, value] = elements(datum);
  if (key === undefined || value === undefined) throw failed("urlencode needs pairs");
  return [key, value];
}

function percent(text: string, keep: string): string {
  return encodeURIComponent(text).replace(/[!'()*]|%[0-9A-F]{2}/g, (piece) => {
    if (piece.length === 1) return `%${piece.charCodeAt(0).toString(16).toUpperCase()}`;
    return keep.includes(decodeIfAscii(piece)) ? decodeIfAscii(piece) : piece;
  });
}

function decodeIfAscii(piece: string): string {
  const code = Number.parseInt(piece.slice(1), 16);
  return code < 0x80 ? String.fromCharCode(code) : piece;
}

function plus(text: string): string {
  return percent(text, "").replaceAll("%20", "+");
}

/** The parts of an address, in alphabetical order as Ansible lists them. */
function splitUrl(url: string): Readonly<Record<string, Datum>> {
  const match =
    /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(
      url,
    );
  const [, scheme = "", netloc = "", path = "", query = "", fragment = ""] = match ?? [];
  const at = netloc.lastIndexOf("@");
  const login = at < 0 ? undefined : netloc.slice(0, at);
  const address = netloc.slice(at + 1);
  const host = /^\[([^\]]*)\](?::(\d*))?$/.exec(address) ?? /^([^:]*)(?::(\d*))?$/.exec(address);
  const colon = login?.indexOf(":") ?? -1;
  return {
    fragment,
    hostname: host?.[1] === undefined || host[1] === "" ? null : host[1].toLowerCase(),
    netloc,
    password: login === undefined || colon < 0 ? null : login.slice(colon + 1),
    path,
    port: host?.[2] === undefined || host[2] === "" ? null : Number(host[2]),
    query,
    scheme: scheme.toLowerCase(),
    username: login === undefined ? null : colon < 0 ? login : login.slice(0, colon),
  };
}
