/** Other names that Ansible's tools have for the same options. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["--inventory-file", "--inventory"],
  ["--vault-pass-file", "--vault-password-file"],
  ["--ask-vault-password", "--ask-vault-pass"],
  ["--key-file", "--private-key"],
  ["--conn-pass-file", "--connection-password-file"],
  ["--become-pass-file", "--become-password-file"],
]);

export function withoutAliases(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  return argv.map((word, index) => {
    if (end >= 0 && index > end) return word;
    const [, name = word, value = ""] = /^(--[\w-]+)(=[^]*)?$/.exec(word) ?? [];
    return (ALIASES.get(name) ?? name) + value;
  });
}
