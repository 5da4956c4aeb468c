import { quote, rawShell, type Command } from "../../model/command.ts";

/** A path in which `*`, `?` and `[…]` match as in a shell and everything else stands for itself. */
export function globWord(pattern: string): Command {
  const parts = pattern.split(/(\*|\?|\[[!^]?[A-Za-z0-9._-]+\])/);
  const isGlob = (index: number) => index % 2 === 1;
  const text = parts.map((part, at) => (isGlob(at) || part === "" ? part : quote(part))).join("");
  return rawShell(text === "" ? "''" : text);
}

/**
 * One word in which `$NAME`, `${NAME}` and a leading `~` are replaced on the host, as Ansible's command does; a variable
 * that is not set stays as it is written.
 */
export function expandingWord(word: string): Command {
  const home = /^~([A-Za-z_][\w.-]*)?(\/|$)/.exec(word);
  if (home === null) return rawShell(quotedVariables(word));
  // A shell expands a tilde only where nothing of its name is quoted.
  const rest = word.slice(home[0].length);
  return rawShell(`${home[0]}${rest === "" ? "" : quotedVariables(rest)}`);
}

function quotedVariables(text: string): string {
  const parts = text.split(/(\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\}))/);
  if (parts.length === 1) return quote(text);
  return parts
    .map((part, at) => {
      if (at % 2 === 0) return part === "" ? "" : quote(part);
      const asWritten = part.replace("$", "\\$").replace("}", "\\}");
      return `"\${${part.replaceAll(/[${}]/g, "")}-${asWritten}}"`;
    })
    .join("");
}
