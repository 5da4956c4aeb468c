/** The value of a key in INI or Java properties text; undefined when it is not there. */
export function iniValue(
  text: string,
  key: string,
  where: { readonly section: string; readonly type: string },
): string | undefined {
  const wanted = where.type === "properties" ? "" : where.section;
  let section = "";
  let found: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const header = /^\[([^\]]+)\]/.exec(line);
    if (header !== null) {
      section = header[1] ?? "";
      continue;
    }
    if (/^\s*[#;]/.test(line)) continue;
    const pair = /^([^=:]+?)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (pair !== null && section === wanted && pair[1]?.toLowerCase() === key.toLowerCase())
      found = pair[2] ?? "";
  }
  return found;
}
