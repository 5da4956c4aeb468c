import { readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * A stack trace of the bundle with the places as they are in the source. Where there is no map they stay as they are.
 * Node's own way reads every map at every start; this one reads them when there is something to say.
 */
export function mappedTrace(stack: string): string {
  const maps = new Map<string, SourceMap | undefined>();
  return stack.replaceAll(
    /(file:\/\/[^\s()]+):(\d+):(\d+)/g,
    (place, url: string, line: string, column: string) => {
      if (!maps.has(url)) maps.set(url, mapOf(url));
      const entry = maps.get(url)?.findEntry(Number(line) - 1, Number(column) - 1);
      if (entry === undefined || !("originalSource" in entry)) return place;
      // From the root of the repository, wherever this was installed.
      const source = entry.originalSource.replace(/^(\.\.\/)+/, "");
      return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    },
  );
}

function mapOf(url: string): SourceMap | undefined {
  try {
    const text = readFileSync(`${fileURLToPath(url)}.map`, "utf8");
    return new SourceMap(JSON.parse(text) as SourceMapPayload);
  } catch {
    return undefined;
  }
}
