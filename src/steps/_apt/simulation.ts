/** What apt would do: the answer of `apt-get -s`. */
export interface Simulation {
  readonly upgrades: readonly {
    readonly package: string;
    readonly before: string;
    readonly after: string;
  }[];
  readonly installs: readonly { readonly package: string; readonly after: string }[];
  readonly removes: readonly string[];
}

export function parseSimulation(text: string): Simulation {
  const upgrades: Simulation["upgrades"][number][] = [];
  const installs: Simulation["installs"][number][] = [];
  const removes: string[] = [];
  for (const line of text.split("\n")) {
    const put = /^Inst (\S+)(?: \[([^\]]+)\])? \((\S+)/.exec(line);
    if (put?.[1] !== undefined && put[3] !== undefined) {
      if (put[2] === undefined) installs.push({ package: put[1], after: put[3] });
      else upgrades.push({ package: put[1], before: put[2], after: put[3] });
    }
    const gone = /^(?:Remv|Purg) (\S+)/.exec(line)?.[1];
    if (gone !== undefined) removes.push(gone);
  }
  return { upgrades, installs, removes };
}

/** What `--print-uris` would have to fetch over a network: files of this machine's own disks count as here. */
export function parseUris(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => {
    const [, uri = "", file] = /^'([^']+)' (\S+) \d+/.exec(line) ?? [];
    return file === undefined || /^(file|copy|cdrom):/.test(uri) ? [] : [file];
  });
}
