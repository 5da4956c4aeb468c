import type { Json, JsonObject } from "../model/json.ts";

export interface NetworkSections {
  readonly links: string;
  readonly bridges: string;
  readonly bonds: string;
  readonly addresses: string;
  readonly route4: string;
  readonly route6: string;
}

interface Link {
  readonly name: string;
  readonly mac: string;
  readonly mtu: number;
  readonly active: boolean;
  readonly promisc: boolean;
  readonly type: string;
}

interface Address {
  readonly link: string;
  readonly family: "inet" | "inet6";
  readonly address: string;
  readonly prefix: number;
  readonly broadcast: string;
  readonly scope: string;
}

export function networkFacts(sections: NetworkSections): JsonObject {
  const special = new Map(
    [
      ...lines(sections.bridges).map((line) => [line, "bridge"]),
      ...lines(sections.bonds).map((line) => [line, "bonding"]),
    ].map(([line = "", type = ""]) => [nameIn(line), type]),
  );
  const links = lines(sections.links).flatMap((line) => linkOf(line, special));
  const addresses = lines(sections.addresses).flatMap(addressOf);
  const of = (link: Link, family: Address["family"]) =>
    addresses.filter((one) => one.link === link.name && one.family === family);
  const interfaces = links.map((link): [string, Json] => {
    const [first, ...others] = of(link, "inet").map(ipv4);
    return [
      link.name.replaceAll("-", "_"),
      {
        device: link.name,
        active: link.active,
        promisc: link.promisc,
        mtu: link.mtu,
        type: link.type,
        ...(link.type === "loopback" ? {} : { macaddress: link.mac }),
        ...(first === undefined ? {} : { ipv4: first }),
        ...(others.length === 0 ? {} : { ipv4_secondaries: others }),
        ...(of(link, "inet6").length === 0 ? {} : { ipv6: of(link, "inet6").map(ipv6) }),
      },
    ];
  });
  const all = (family: Address["family"], local: RegExp) =>
    addresses
      .filter((one) => one.family === family && !local.test(one.address))
      .map((one) => one.address);
  return {
    ...Object.fromEntries(interfaces),
    interfaces: links.map((link) => link.name),
    all_ipv4_addresses: all("inet", /^127\./),
    all_ipv6_addresses: all("inet6", /^::1$/),
    default_ipv4: defaultRoute(sections.route4, links, addresses, "inet"),
    default_ipv6: defaultRoute(sections.route6, links, addresses, "inet6"),
  };
}

const TYPES: Readonly<Record<string, string>> = {
  "1": "ether",
  "772": "loopback",
  "32": "infiniband",
};

/** A line of `ip -o link`, or one of /sys/class/net where there is no `ip`. */
function linkOf(line: string, special: ReadonlyMap<string, string>): readonly Link[] {
  const found =
    /^\d+: ([^ @:]+)(?:@\S+)?: <([^>]*)> mtu (\d+) .*link\/(\S+)(?: ([0-9a-fA-F:]+))?/.exec(line);
  if (found !== null) {
    const [, name = "", words = "", mtu = "", type = "", mac = ""] = found;
    const flags = words.split(",");
    const active = flags.includes("UP");
    const promisc = flags.includes("PROMISC");
    return [{ name, mac, mtu: Number(mtu), active, promisc, type: special.get(name) ?? type }];
  }
  const [name = "", mac = "", mtu, flags = "0", kind = ""] = line.split(" ");
  if (mtu === undefined) return [];
  const bits = Number.parseInt(flags, 16);
  return [
    {
      name,
      mac,
      mtu: Number(mtu),
      active: (bits & 0x1) !== 0,
      promisc: (bits & 0x100) !== 0,
      type: TYPES[kind] ?? "unknown",
    },
  ];
}

function nameIn(line: string): string {
  return /^\d+: ([^ @:]+)/.exec(line)?.[1] ?? "";
}

/** `2: eth0    inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0\…` */
function addressOf(line: string): readonly Address[] {
  const found =
    /^\d+: ([^ @]+)(?:@\S+)? +(inet6?) ([0-9a-fA-F.:]+)(?: peer \S+?)?(?:\/(\d+))? ?(.*)$/.exec(
      line,
    );
  if (found === null) return [];
  const [, link = "", family = "", address = "", prefix, rest = ""] = found;
  return [
    {
      link,
      family: family === "inet" ? "inet" : "inet6",
      address,
      prefix: Number(prefix ?? (family === "inet" ? 32 : 128)),
      broadcast: / ?brd (\S+)/.exec(rest)?.[1] ?? "",
      scope: /scope (\S+)/.exec(rest)?.[1] ?? "",
    },
  ];
}

function ipv4({ address, prefix, broadcast }: Address): JsonObject {
  const mask = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
  const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return {
    address,
    broadcast,
    netmask: dotted(mask),
    network: dotted((number & mask) >>> 0),
    prefix: String(prefix),
  };
}

function ipv6({ address, prefix, scope }: Address): JsonObject {
  return { address, prefix: String(prefix), scope };
}

function dotted(bits: number): string {
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join(".");
}

/** What the host would use to reach the world: `8.8.8.8 via 10.0.0.1 dev eth0 src 10.0.0.5`. Nothing is sent for it. */
function defaultRoute(
  route: string,
  links: readonly Link[],
  addresses: readonly Address[],
  family: Address["family"],
): JsonObject {
  const word = (name: string) => new RegExp(`\\b${name} (\\S+)`).exec(route)?.[1];
  const [name, source, gateway] = [word("dev"), word("src"), word("via")];
  const link = links.find((one) => one.name === name);
  if (name === undefined || source === undefined || /^unreachable/.test(route)) return {};
  const address = addresses.find((one) => one.family === family && one.address === source);
  const own = address === undefined ? {} : family === "inet" ? ipv4(address) : ipv6(address);
  return {
    address: source,
    interface: name,
    ...(gateway === undefined ? {} : { gateway }),
    ...own,
    ...(family === "inet" ? { alias: name } : {}),
    ...(link === undefined ? {} : { macaddress: link.mac, mtu: link.mtu, type: link.type }),
  };
}

function lines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}
