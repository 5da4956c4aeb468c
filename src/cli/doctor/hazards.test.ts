import { describe, expect, test } from "@jest/globals";
import { earlyOpeners, forgottenDeletions, libraryFormat } from "./hazards.ts";
import { surveyIn, type Survey } from "./survey.ts";

function survey(...lines: readonly string[]): Survey {
  const made = surveyIn([...lines, "over\tyes"].join("\n"));
  if (!made) throw new Error("the survey has no end");
  return made;
}
const words = (findings: readonly { verdict: string; said: string }[]) =>
  findings.map(({ verdict, said }) => `${verdict}: ${said}`);

describe("the format of the LMDB library", () => {
  test("is fine when it stays what Lightning Stream has", () => {
    const found = libraryFormat(
      survey("tool\tlightningstream", "liblmdb\t0.9.24-1", "liblmdb_next\t0.9.31-1+b2"),
    );
    expect(words(found)).toEqual(["ok: LMDB 0.9"]);
  });

  test("is an error beside Lightning Stream when it is another one", () => {
    const found = libraryFormat(survey("tool\tlightningstream", "liblmdb\t1.0.0-1"));
    expect(words(found)).toEqual([
      expect.stringMatching(/^error: its format is 1\.0, and Lightning Stream has 0\.9/),
    ]);
    expect(words(libraryFormat(survey("liblmdb\t1.0.0-1")))).toEqual(["ok: LMDB 1.0"]);
  });

  test("is a warning when the next upgrade would change it", () => {
    const found = libraryFormat(survey("liblmdb\t0.9.31-1", "liblmdb_next\t1:1.0.2-1"));
    expect(found).toMatchObject([
      { verdict: "warning", fix: expect.stringContaining("apt-mark hold liblmdb0") },
    ]);
  });

  test("is not told where no package has it", () => {
    expect(libraryFormat(survey("tool\tlightningstream"))).toEqual([]);
  });
});

describe("deletions that others forgot", () => {
  const now = Date.UTC(2026, 10, 22);
  const times = (taken: string, receiver = false) => ({
    ...{ instance: "ns1", receiver },
    newest: [
      { instance: "ns2", taken: "20261121-000000-000000000" },
      { instance: "ns1", taken },
    ],
  });
  const swept = survey("sweeper\ttrue", "sweeper_days\t30");

  test("come back with a host that was away for longer than they are kept", () => {
    const found = forgottenDeletions(swept, times("20261001-120000-000000000"), now);
    expect(words(found)).toEqual([
      "error: its newest snapshot is 51 days old, and the sweeper keeps deletions for 30: what others deleted meanwhile would come back",
    ]);
  });

  test("are kept for a host that was away for a shorter time, 370 days if nothing is said", () => {
    expect(forgottenDeletions(swept, times("20261110-120000-000000000"), now)).toMatchObject([
      { verdict: "ok" },
    ]);
    const silent = survey("sweeper\ttrue");
    expect(forgottenDeletions(silent, times("20251201-120000-000000000"), now)).toMatchObject([
      { verdict: "ok", said: "deletions are kept for 370 days" },
    ]);
    expect(forgottenDeletions(silent, times("20251101-120000-000000000"), now)).toMatchObject([
      { verdict: "error" },
    ]);
  });

  test("are no matter where nothing is swept, or the host only receives", () => {
    const old = "20200101-000000-000000000";
    expect(forgottenDeletions(survey(), times(old), now)).toEqual([]);
    expect(forgottenDeletions(swept, times(old, true), now)).toEqual([]);
  });
});

test("a job that calls pdnsutil is named", () => {
  expect(words(earlyOpeners(survey("job\t/etc/cron.d/zones")))).toEqual([
    expect.stringMatching(/^warning: \/etc\/cron\.d\/zones calls pdnsutil/),
  ]);
});
