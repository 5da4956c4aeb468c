/**
 * What steps keep on a host for a way back: packages, and files and folders that are too large for a record. They belong
 * to no run, because what two runs keep is there once; the time of the last keeping says whose it is.
 */
import { sh, type Command } from "../model/command.ts";
import { STORE } from "./_apt/store.ts";
import { ROOM } from "./_file/keep.ts";

export interface Kept {
  readonly what: "package" | "record";
  /** Its file name. */
  readonly name: string;
  /** The hash that a record of it holds. */
  readonly sha256: string;
  readonly keptAt: number;
}

/** Says the host's time, then what is kept there as this user. */
export const KEPT: Command = sh`( ${ROOM}; echo "now $(date +%s)"
for f in "$k"/*; do [ ! -e "$f" ] || echo "record $(stat -c %Z -- "$f") \${f##*/} \${f##*/}"; done
cd ${STORE} 2>/dev/null && for f in *.deb.sha256; do
  [ -e "$f" ] || continue
  d=\${f%.sha256}; read -r s x <"$f"
  [ ! -e "$d" ] || echo "package $(stat -c %Z -- "$d") $s $d"
done; echo end )`;

/** With times on the clock of whoever asks. Undefined: the host did not say it to its end. */
export function keptIn(text: string, nowMs: number): readonly Kept[] | undefined {
  const [first = "", ...lines] = text.trim().split("\n");
  if (!first.startsWith("now ") || lines.at(-1) !== "end") return undefined;
  const skewMs = nowMs - Number(first.slice("now ".length)) * 1000;
  return lines.flatMap((line): Kept[] => {
    const [, what, seconds, sha256 = "", name = ""] =
      /^(package|record) (\d+) (\S+) (\S+)$/.exec(line) ?? [];
    if (what !== "package" && what !== "record") return [];
    return [{ what, name, sha256, keptAt: Number(seconds) * 1000 + skewMs }];
  });
}

export function removeKept(kept: readonly Kept[]): Command {
  const named = (what: Kept["what"]) => kept.filter((one) => one.what === what);
  const packages = named("package").flatMap(({ name }) => [name, `${name}.sha256`]);
  const records = named("record").map(({ name }) => name);
  return sh`( ${ROOM}
for n in ${records}; do rm -rf -- "$k/$n" || exit; done
for n in ${packages}; do rm -f -- ${STORE}/"$n" || exit; done )`;
}
