import type { Json, JsonObject } from "../model/json.ts";

export function memoryFacts(meminfo: string): JsonObject {
  const megabytes = (name: string) => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(meminfo);
    return Math.floor(Number(found?.[1] ?? 0) / 1024);
  };
  const [total, free] = [megabytes("MemTotal"), megabytes("MemFree")];
  const [swapTotal, swapFree] = [megabytes("SwapTotal"), megabytes("SwapFree")];
  const unused = free + megabytes("Buffers") + megabytes("Cached");
  return {
    memtotal_mb: total,
    memfree_mb: free,
    swaptotal_mb: swapTotal,
    swapfree_mb: swapFree,
    memory_mb: {
      real: { total, free, used: total - free },
      nocache: { free: unused, used: total - unused },
      swap: {
        total: swapTotal,
        free: swapFree,
        used: swapTotal - swapFree,
        cached: megabytes("SwapCached"),
      },
    },
  };
}

/** Sockets, cores and threads from /proc/cpuinfo; machines that do not name them there have one core a processor. */
export function processorFacts(cpuinfo: string, nproc: string): JsonObject {
  const values = (name: string) =>
    [...cpuinfo.matchAll(new RegExp(`^${name}\\s*:\\s*(.*)$`, "gm"))].map(
      ([, value = ""]) => value,
    );
  const processors = values("processor");
  const vcpus = processors.length;
  const sockets = new Set(values("physical id")).size || vcpus;
  const cores = Number(values("cpu cores")[0] ?? 1);
  const siblings = Number(values("siblings")[0] ?? cores);
  const [vendors, models] = [values("vendor_id"), values("model name")];
  const named = processors.flatMap((number, index) =>
    [number, vendors[index], models[index]].filter((one) => one !== undefined),
  );
  return {
    processor: named,
    processor_count: sockets,
    processor_cores: cores,
    processor_threads_per_core: Math.max(1, Math.round(siblings / cores)),
    processor_vcpus: vcpus,
    processor_nproc: Number(nproc.trim()) || vcpus,
  };
}

/** File systems of devices and network shares, as Ansible lists them. */
export function mountFacts(mounts: string): JsonObject {
  const entries = mounts.split("\n").flatMap((line): Json[] => {
    const [device, mount, fstype, options, dump, passno, ...figures] = line.split(" ");
    if (device === undefined || mount === undefined || fstype === undefined || fstype === "none") {
      return [];
    }
    const entry = {
      device: unescaped(device),
      mount: unescaped(mount),
      fstype,
      options: options ?? "",
      dump: Number(dump ?? 0),
      passno: Number(passno ?? 0),
    };
    const numbers = figures.map(Number);
    const [unit = 0, blockSize = 0, total = 0, available = 0, inodes = 0, freeInodes = 0] = numbers;
    if (numbers.length !== 6 || numbers.some(Number.isNaN)) return [entry];
    return [
      {
        ...entry,
        size_total: unit * total,
        size_available: unit * available,
        block_size: blockSize,
        block_total: total,
        block_available: available,
        block_used: total - available,
        inode_total: inodes,
        inode_available: freeInodes,
        inode_used: inodes - freeInodes,
      },
    ];
  });
  return { mounts: entries };
}

/** /proc writes white space in names as octal escapes. */
function unescaped(name: string): string {
  return name.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
