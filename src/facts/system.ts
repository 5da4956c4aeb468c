import type { JsonObject } from "../model/json.ts";

export function platformFacts(uname: string, fqdnSaid: string, machineId: string): JsonObject {
  const [system = "", nodename = "", kernel = "", kernelVersion = "", machine = ""] =
    uname.split("\n");
  const said = fqdnSaid.trim();
  const fqdn = said === "" || said === "localhost" ? nodename : said;
  return {
    system,
    nodename,
    hostname: nodename.split(".")[0] ?? "",
    fqdn,
    domain: fqdn.split(".").slice(1).join("."),
    kernel,
    kernel_version: kernelVersion,
    machine,
    architecture: /^i[3-6]86$/.test(machine) ? "i386" : machine,
    machine_id: machineId.trim(),
  };
}

export function userFacts(user: string, env: string): JsonObject {
  const [id = "", uid, gid, realUid, realGid, home = "", gecos = "", shell = ""] = user.split("\n");
  const variables = env.split("\n").flatMap((line): [string, string][] => {
    const equals = line.indexOf("=");
    return equals < 0 ? [] : [[line.slice(0, equals), line.slice(equals + 1)]];
  });
  return {
    user_id: id,
    user_uid: Number(uid),
    user_gid: Number(gid),
    effective_user_id: Number(uid),
    effective_group_id: Number(gid),
    real_user_id: Number(realUid),
    real_group_id: Number(realGid),
    user_dir: home,
    user_gecos: gecos,
    user_shell: shell,
    env: Object.fromEntries(variables),
  };
}

/** All texts, as Ansible has them. */
export function dateFacts(date: string): JsonObject {
  const [local = "", utc = "", nanoseconds = ""] = date.split("\n");
  const [year = "", month = "", weekday = "", weekdayNumber = "", week = "", ...rest] =
    local.split(" ");
  const [day = "", hour = "", minute = "", second = "", epoch = "", tz = "", offset = ""] = rest;
  const micro = /^\d{9}$/.test(nanoseconds) ? nanoseconds.slice(0, 6) : "000000";
  const basic = `${year}${month}${day}T${hour}${minute}${second}`;
  return {
    date_time: {
      year,
      month,
      weekday,
      weekday_number: weekdayNumber,
      weeknumber: week,
      day,
      hour,
      minute,
      second,
      epoch,
      epoch_int: epoch,
      date: `${year}-${month}-${day}`,
      time: `${hour}:${minute}:${second}`,
      iso8601: `${utc}Z`,
      iso8601_micro: `${utc}.${micro}Z`,
      iso8601_basic: `${basic}${micro}`,
      iso8601_basic_short: basic,
      tz,
      tz_offset: offset,
    },
  };
}

const MANAGERS: Readonly<Record<string, string>> = {
  systemd: "systemd",
  "runit-init": "runit",
  runit: "runit",
  svscan: "svc",
  "s6-svscan": "s6",
  upstart: "upstart",
};

/** The first line names process 1, the others say what was found on disk. */
export function serviceManager(init: string): string {
  const [first = "", ...found] = init.split("\n");
  if (found.includes("systemd")) return "systemd";
  const known = MANAGERS[first];
  if (known !== undefined && known !== "systemd") return known;
  if (found.includes("openrc")) return "openrc";
  return found.includes("sysvinit") ? "sysvinit" : "service";
}

const PACKAGERS: Readonly<Record<string, string>> = {
  "apt-get": "apt",
  dnf5: "dnf5",
  dnf: "dnf",
  microdnf: "dnf",
  yum: "yum",
  zypper: "zypper",
  apk: "apk",
  pacman: "pacman",
  emerge: "portage",
  "xbps-install": "xbps",
};

/** The one that belongs to the family, where several are installed. */
export function packageManager(found: string, family: string): string {
  const names = found.split("\n").flatMap((name) => PACKAGERS[name] ?? []);
  const own = family === "RedHat" ? names.find((name) => /^(dnf|yum)/.test(name)) : undefined;
  return own ?? names[0] ?? "unknown";
}

const VIRTUALIZATION: Readonly<Record<string, string>> = {
  qemu: "kvm",
  amazon: "kvm",
  google: "kvm",
  vmware: "VMware",
  oracle: "virtualbox",
  microsoft: "VirtualPC",
  "/.dockerenv": "docker",
  "/run/.containerenv": "podman",
  QEMU: "kvm",
  "VMware, Inc.": "VMware",
  "Microsoft Corporation": "VirtualPC",
  "innotek GmbH": "virtualbox",
  "Amazon EC2": "kvm",
  Google: "kvm",
};

export function virtualizationFacts(said: string): JsonObject {
  const [word = ""] = said.split("\n");
  const detected = /^[a-z][a-z0-9-]*$/.test(word) && word !== "none" ? word : undefined;
  const type = VIRTUALIZATION[word] ?? detected;
  return type === undefined
    ? { virtualization_type: "NA", virtualization_role: "NA" }
    : { virtualization_type: type, virtualization_role: "guest" };
}

export function selinuxFacts(said: string): JsonObject {
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(said)?.[1];
  const enforce = value("enforce");
  if (enforce === undefined) return { selinux: { status: "disabled" } };
  return {
    selinux: {
      status: "enabled",
      mode: enforce === "1" ? "enforcing" : "permissive",
      config_mode: value("SELINUX") ?? "unknown",
      type: value("SELINUXTYPE") ?? "unknown",
      policyvers: Number(value("policyvers") ?? 0) || "unknown",
    },
  };
}

export function resolverFacts(resolv: string): JsonObject {
  const words = (name: string) =>
    [...resolv.matchAll(new RegExp(`^${name}\\s+(.*)$`, "gm"))].map(([, rest = ""]) =>
      rest.trim().split(/\s+/),
    );
  const search = words("search").at(-1);
  const domain = words("domain").at(-1)?.[0];
  return {
    dns: {
      nameservers: words("nameserver").flatMap(([address]) => address ?? []),
      ...(search === undefined ? {} : { search }),
      ...(domain === undefined ? {} : { domain }),
    },
  };
}
